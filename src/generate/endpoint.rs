//! Events about what happens on a computer: malware, programs, devices, changed files.

use super::event::Event;
use super::fleet::{Agent, System};
use super::random::Random;
use super::truth::{Module, Outcome};

const MALWARE: [(u64, (u32, &str, &str)); 9] = [
    (10, (4_000_000, "Eicar_test_file", "Realtime")),
    (6, (4_000_000, "Possible_SCRDL", "Realtime")),
    (4, (4_000_000, "Ransom.Win32.CERBER.SM", "Realtime")),
    (3, (4_000_001, "Coinminer.Linux.MALXMR.UWEJI", "Manual")),
    (3, (4_000_002, "TROJ_GEN.R002C0PKA23", "Scheduled")),
    (1, (4_000_003, "Backdoor.PHP.WEBSHELL.SBJKTS", "Quick")),
    (2, (4_000_010, "ADW_TOOLBAR", "Realtime")),
    (2, (4_000_020, "Suspicious activity detected", "Realtime")),
    (2, (4_000_030, "HEU_AEGIS_CRYPT", "Realtime")),
];

pub(crate) fn anti_malware(agent: &Agent, random: &mut Random) -> Event {
    let (id, name, scan) = random.weighted(&MALWARE);
    let mut event = agent.event(Module::AntiMalware, id, name, 6);
    let (action, result, outcome) = random.weighted(&[
        (5, ("Quarantine", "Quarantined", Outcome::Blocked)),
        (3, ("Delete", "Deleted", Outcome::Blocked)),
        (2, ("Clean", "Cleaned", Outcome::Blocked)),
        (1, ("Deny Access", "Access Denied", Outcome::Blocked)),
        (1, ("Terminate", "Terminated", Outcome::Blocked)),
        (3, ("Pass", "Passed", Outcome::Detected)),
    ]);
    if action == "Quarantine" {
        event.put_labeled(["cn2", "cn2Label"], "Quarantine File Size", random.between(68, 4_000_000));
    }
    if id == 4_000_010 {
        event.put_labeled(["cs3", "cs3Label"], "Infected Resource", path(agent, random));
        event.put_labeled(["cs4", "cs4Label"], "Resource Type", random.pick(&["10", "11", "12", "14"]));
        event.put_labeled(["cs5", "cs5Label"], "Risk Level", random.pick(&["0", "25", "50", "75", "100"]));
    }
    if agent.system == System::Linux && random.chance(0.3) {
        let container = format!("nginx:1.25 | web-{} | {}", random.below(9), random.hex(12).to_lowercase());
        event.put_labeled(["cs6", "cs6Label"], "Container", container);
    }
    event.put("filePath", path(agent, random));
    event.act(action, outcome);
    event.put("result", result);
    event.put("msg", scan);
    if id >= 4_000_020 {
        put_behavior(&mut event, random);
    }
    event.put("TrendMicroDsFileMD5", random.hex(32));
    event.put("TrendMicroDsFileSHA1", random.hex(40));
    event.put("TrendMicroDsFileSHA256", random.hex(64));
    if random.chance(0.3) {
        event.put("TrendMicroDsDetectionConfidence", random.between(60, 99));
        let names = "Ransom_CERBER.BZC;Ransom_CERBER.C;Ransom_CRYPNISCA.SM";
        event.put("TrendMicroDsRelevantDetectionNames", names);
    }
    event
}

/// Keys of behavior monitoring.
fn put_behavior(event: &mut Event, random: &mut Random) {
    event.put("TrendMicroDsMalwareTarget", random.pick(&["Multiple", "N/A", "/usr/bin/sudo"]));
    event.put("TrendMicroDsMalwareTargetType", random.pick(&["File System", "Registry Key", "N/A"]));
    event.put("TrendMicroDsMalwareTargetCount", random.between(1, 12));
    event.put("TrendMicroDsProcess", random.pick(&["abc.exe", "testsys_m64", "powershell.exe"]));
    event.put("TrendMicroDsProcessPid", random.between(300, 65_000));
    event.put(
        "TrendMicroDsCommandLine",
        random.pick(&["/tmp/x -u 1000 -gid=0", "powershell.exe -enc SQBFAFgA=="]),
    );
    event.put("TrendMicroDsCve", "CVE-2016-5195,CVE-2020-1180");
    event.put("TrendMicroDsMitre", "T1068,T1069,T1073");
    event.put("TrendMicroDsBehaviorRuleID", "CS913");
    event.put("TrendMicroDsBehaviorType", "Threat-Detection");
}

pub(crate) fn application_control(agent: &Agent, random: &mut Random) -> Event {
    let (id, blocked) =
        random.pick(&[(6_001_200, false), (6_001_100, false), (6_002_200, true), (6_002_100, true)]);
    let name = if blocked { "AppControl blocked" } else { "AppControl detectOnly" };
    let mut event = agent.event(Module::ApplicationControl, id, name, 6);
    event.put("fileHash", random.hex(64));
    event.put("suser", random.pick(&["root", "deploy", "EXAMPLE\\admin"]));
    event.put("suid", random.pick(&["0", "1000", "1001"]));
    if blocked {
        event.act("blocked", Outcome::Blocked);
    } else {
        event.act("detectOnly", Outcome::Detected);
    }
    event.put("filePath", path(agent, random));
    event.put("fsize", random.between(20, 9_000_000));
    event.put("aggregationType", random.below(3));
    event.put("repeatCount", random.between(1, 9));
    let reason = if id % 1000 == 200 { "notWhitelisted" } else { "blacklisted" };
    event.put_labeled(["cs1", "cs1Label"], "actionReason", reason);
    event.put_labeled(["cs2", "cs2Label"], "sha1", random.hex(40));
    event.put_labeled(["cs3", "cs3Label"], "md5", random.hex(32));
    event
}

pub(crate) fn device_control(agent: &Agent, random: &mut Random) -> Event {
    let kind = random.below(3);
    let read_only = random.chance(0.4);
    let id = 7_000_000 + kind as u32 * 1000 + if read_only { 200 } else { 0 };
    let mut event = agent.event(Module::DeviceControl, id, "Device Control DeviceControl", 6);
    event.outcome = Outcome::Blocked;
    event.put("device", random.pick(&["USB Disk", "Pixel 8", "deviceName"]));
    event.put("processName", random.pick(&["explorer.exe", "cp", "robocopy.exe"]));
    event.put("fileName", path(agent, random));
    event.put("vendor", random.pick(&["SanDisk Corp.", "Google Inc.", "vendorName"]));
    event.put("serial", format!("{}-{}", random.hex(4), random.hex(8)));
    event.put("model", random.pick(&["Ultra Fit 3.1", "Pixel 8", "modelName"]));
    event.put("computerName", agent.name.clone());
    event.put("domainName", random.pick(&["EXAMPLE", "WORKGROUP"]));
    event.put("deviceType", kind);
    event.put("permission", if read_only { 2 } else { 0 });
    event
}

pub(crate) fn integrity_monitoring(agent: &Agent, random: &mut Random) -> Event {
    let (id, name, severity) = random.pick(&[
        (30, "New Integrity Monitoring Rule", 6),
        (2_002_779, "Microsoft Windows - System file modified", 8),
        (2_003_513, "Unix - File attributes changed in /usr/bin and /usr/sbin (ATT&CK T1222)", 6),
        (2_002_875, "Unix - Users and Groups - Create and Delete activity detected", 8),
        (2_004_052, "Linux - Process or file opened in listening mode", 6),
    ]);
    let mut event = agent.event(Module::IntegrityMonitoring, id, name, severity);
    event.act(
        random.pick(&["updated", "updated", "updated", "created", "deleted", "renamed"]),
        Outcome::Observed,
    );
    event.put("filePath", path(agent, random));
    if event.action == Some("renamed") {
        event.put("oldfilePath", path(agent, random));
    }
    event.put("suser", random.pick(&["admin", "root", "EXAMPLE\\svc-deploy"]));
    event.put(
        "sproc",
        match agent.system {
            System::Windows => {
                random.pick(&["C:\\Windows\\System32\\notepad.exe", "C:\\Windows\\explorer.exe", "N/A"])
            }
            System::Linux => random.pick(&["/usr/bin/dpkg", "/usr/bin/vim", "N/A"]),
        },
    );
    event.put(
        "msg",
        random.pick(&["lastModified,sha1,size", "permissions", "created,lastModified,owner,group"]),
    );
    event
}

fn path(agent: &Agent, random: &mut Random) -> String {
    let number = random.below(90);
    match agent.system {
        System::Linux => {
            let folder =
                random.pick(&["/tmp", "/var/www/html/uploads", "/home/user1/Desktop//run", "/usr/bin"]);
            let file = random.pick(&["eicar.com", "heartbeatSync.sh", "kworker", "shell.php"]);
            format!("{folder}/{number}/{file}")
        }
        System::Windows => {
            let folder =
                random.pick(&["C:\\Users\\trend\\Desktop", "c:\\windows", "D:\\Temp\\new\\Ad-hoc_Scan"]);
            let file =
                random.pick(&["eicar.exe", "message.dll", "invoice.pdf.exe", "a(\\\\?\\D:\\Temp\\a.zip)"]);
            format!("{folder}\\{number}\\{file}")
        }
    }
}
