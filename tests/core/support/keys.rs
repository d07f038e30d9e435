//! The keys that each module writes, with an example of each: what `docs/fields.md` is made of beside the loader itself.

/// A key in the events of a module.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What its label key says: all generations of it.
    pub(crate) labels: &'static [&'static str],
    /// A value, as the event writes it.
    pub(crate) example: &'static str,
    /// Pairs that the value is read together with.
    pub(crate) with: &'static str,
}

/// What one table of the page is about.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// `Agent` or `Manager`.
    pub(crate) product: &'static str,
    /// A signature id of the module.
    pub(crate) id: &'static str,
    pub(crate) keys: &'static [Key],
}

const fn key(name: &'static str, example: &'static str) -> Key {
    Key { name, labels: &[], example, with: "" }
}

const fn custom(name: &'static str, labels: &'static [&'static str], example: &'static str) -> Key {
    Key { name, labels, example, with: "" }
}

const fn with(with: &'static str, key: Key) -> Key {
    Key { with, ..key }
}

/// Keys that every agent writes, whatever the module.
pub(crate) const COMMON: Section = Section {
    title: "Every module",
    product: "Agent",
    id: "3002795",
    keys: &[
        custom("cn1", &["Host ID"], "2312751"),
        key("dvc", "10.0.1.7"),
        key("dvchost", "web01.example.com"),
        key("TrendMicroDsTenant", "Primary"),
        key("TrendMicroDsTenantId", "0"),
        key("TrendMicroDsTags", "FS,Reviewed"),
        key("TrendMicroDsReasonId", "12"),
        key("cnt", "3"),
    ],
};

/// The modules, by their names in the console.
pub(crate) const MODULES: [Section; 9] = [
    Section {
        title: "System",
        product: "Manager",
        id: "600",
        keys: &[
            key("src", "192.0.2.20"),
            key("suser", "MasterAdmin"),
            key("target", "MasterAdmin"),
            key("targetID", "1"),
            key("targetType", "User"),
            with("target=MasterAdmin", key("msg", "User signed in from 198.51.100.7")),
        ],
    },
    Section {
        title: "Anti-Malware",
        product: "Agent",
        id: "4000010",
        keys: &[
            key("filePath", r"C:\\Users\\trend\\Desktop\\eicar.exe"),
            key("fileInCompressedFile", "inner/eicar.com"),
            key("act", "Delete"),
            with("act=Delete", key("result", "Delete failed")),
            key("msg", "Realtime"),
            key("suser", "u05434"),
            custom("cn2", &["Quarantine File Size"], "205"),
            custom("cs3", &["Infected Resource"], r"C:\\test\\spy.exe"),
            custom("cs4", &["Resource Type"], "10"),
            custom("cs5", &["Risk Level"], "75"),
            custom("cs6", &["Container"], "nginx:1.27 | web | 4f5a"),
            key("cs7", "text"),
            key("TrendMicroDsMalwareTarget", "Multiple"),
            key("TrendMicroDsMalwareTargetType", "File System"),
            key("TrendMicroDsMalwareTargetCount", "4"),
            key("TrendMicroDsFileMD5", "44D88612FEA8A8F36DE82E1278ABB02F"),
            key("TrendMicroDsFileSHA1", "3395856CE81F2B7382DEE72602F798B642F14140"),
            key("TrendMicroDsFileSHA256", "275A021BBFB6489E54D471899F7DB9D1663FC695EC2FE2A2C4538AABF651FD0F"),
            key("TrendMicroDsDetectionConfidence", "95"),
            key("TrendMicroDsRelevantDetectionNames", "Ransom_CERBER.BZC;Ransom_CERBER.C"),
            key("TrendMicroDsProcess", "abc.exe"),
            key("TrendMicroDsProcessPid", "4120"),
            key("TrendMicroDsCommandLine", "/tmp/x -u 1000"),
            key("TrendMicroDsCve", "CVE-2016-5195,CVE-2020-1180"),
            key("TrendMicroDsMitre", "T1068,T1059.001"),
            key("TrendMicroDsBehaviorRuleID", "CS913"),
            key("TrendMicroDsBehaviorType", "Threat-Detection"),
        ],
    },
    Section {
        title: "Application Control",
        product: "Agent",
        id: "6000000",
        keys: &[
            key("act", "detectOnly"),
            key("filePath", "/opt/tool/run.sh"),
            key("fsize", "20"),
            key("suser", "root"),
            key("suid", "0"),
            key("fileHash", "80D4AC182F97D2AB48EE4310AC51DA5974167C596D133D64A83107B9069745E0"),
            custom("cs1", &["actionReason"], "notWhitelisted"),
            custom("cs2", &["sha1"], "3395856CE81F2B7382DEE72602F798B642F14140"),
            custom("cs3", &["md5"], "44D88612FEA8A8F36DE82E1278ABB02F"),
            key("aggregationType", "0"),
            key("repeatCount", "1"),
        ],
    },
    Section {
        title: "Device Control",
        product: "Agent",
        id: "7001000",
        keys: &[
            key("device", "Flash Disk"),
            key("deviceType", "1"),
            key("permission", "0"),
            key("vendor", "Example Corp"),
            key("model", "Stick 3"),
            key("serial", "0012AB"),
            key("fileName", "/media/usb/report.xlsx"),
            key("processName", r"C:\\Windows\\explorer.exe"),
            key("computerName", "PC-0012"),
            key("domainName", "EXAMPLE"),
        ],
    },
    Section {
        title: "Firewall",
        product: "Agent",
        id: "21",
        keys: &[
            key("act", "Deny"),
            key("src", "203.0.113.181"),
            key("spt", "54056"),
            key("smac", "0E:28:7B:CF:58:50"),
            key("in", "291"),
            key("dst", "10.15.237.84"),
            key("dpt", "8080"),
            key("dmac", "0E:37:8C:B4:47:10"),
            key("out", "177"),
            key("proto", "TCP"),
            key("TrendMicroDsFrameType", "IP"),
            custom("cs2", &["TCP Flags"], "0x00 ACK PSH"),
            custom("cs3", &["Fragmentation Bits"], "DF 0"),
            custom("cs4", &["ICMP Type and Code"], "11 0"),
            with(
                "src=203.0.113.181 spt=54056 dst=10.15.237.84 dpt=53 proto=UDP",
                key("TrendMicroDsPacketData", "EjQBAAABAAAAAAAAB2V4YW1wbGUDY29tAAABAAE\\="),
            ),
        ],
    },
    Section {
        title: "Integrity Monitoring",
        product: "Agent",
        id: "2002779",
        keys: &[
            key("act", "updated"),
            key("filePath", r"C:\\Windows\\message.dll"),
            key("oldfilePath", r"C:\\Windows\\old.dll"),
            key("suser", "admin"),
            key("sproc", r"C:\\Windows\\System32\\notepad.exe"),
            key("msg", "lastModified,sha1,size"),
        ],
    },
    Section {
        title: "Intrusion Prevention",
        product: "Agent",
        id: "1000552",
        keys: &[
            key("act", "IDS:Reset"),
            key("src", "203.0.113.181"),
            key("spt", "54056"),
            key("smac", "0E:28:7B:CF:58:50"),
            key("in", "5770"),
            key("dst", "10.15.237.84"),
            key("dpt", "8080"),
            key("dmac", "0E:37:8C:B4:47:10"),
            key("out", "1093"),
            key("proto", "TCP"),
            key("TrendMicroDsFrameType", "IP"),
            key("xff", "198.51.100.7"),
            custom("cn2", &["DPI Reason", "Intrusion Prevention Reason"], "-309"),
            custom("cn3", &["DPI Packet Position", "Intrusion Prevention Packet Position"], "1472"),
            custom("cs1", &["DPI Note", "Intrusion Prevention Note"], "CVE-2017-5638"),
            custom("cs2", &["TCP Flags"], "0x00 ACK PSH"),
            custom("cs3", &["Fragmentation Bits"], "DF MF"),
            custom("cs4", &["ICMP Type and Code"], "8 0"),
            custom("cs5", &["DPI Stream Position", "Intrusion Prevention Stream Position"], "60218"),
            custom("cs6", &["DPI Flags", "Intrusion Prevention Flags"], "8"),
            with(
                "src=203.0.113.181 spt=54056 dst=10.15.237.84 dpt=8080 proto=TCP",
                key(
                    "TrendMicroDsPacketData",
                    "R0VUIC9zP3E9MSBIVFRQLzEuMQ0KSG9zdDogd3d3LmV4YW1wbGUuY29tDQoNCg\\=\\=",
                ),
            ),
        ],
    },
    Section {
        title: "Log Inspection",
        product: "Agent",
        id: "3002795",
        keys: &[
            custom("cs1", &["LI Description"], "Multiple Windows Logon Failures"),
            key("fname", "/var/log/messages"),
            key("src", "192.0.2.44"),
            key("shost", "ws44.example.com"),
            key("duser", "administrator"),
            key("msg", "Nov 22 15:08:32 ws44 sshd[71]: Failed password for root"),
        ],
    },
    Section {
        title: "Web Reputation",
        product: "Agent",
        id: "5000000",
        keys: &[key("request", "http://bad.example.com:8080/x.htm?a\\=1"), key("msg", "Suspicious")],
    },
];

/// Keys and labels that no module of the vendor's lists has: other parsers know them.
pub(crate) const OTHER: Section = Section {
    title: "Others",
    product: "Agent",
    id: "3002795",
    keys: &[
        key("dhost", "db01.example.com"),
        custom("cs4", &["sha256"], "275A021BBFB6489E54D471899F7DB9D1663FC695EC2FE2A2C4538AABF651FD0F"),
    ],
};

/// LEEF's own keys: what stands in a header of CEF, and other spellings.
pub(crate) const LEEF: [(&str, &str); 9] = [
    ("name", "Unsolicited UDP"),
    ("desc", "Unsolicited UDP"),
    ("sev", "5"),
    ("cat", "Firewall"),
    ("usrName", "root"),
    ("srcMAC", "0E:28:7B:CF:58:50"),
    ("dstMAC", "0E:37:8C:B4:47:10"),
    ("srcPort", "54056"),
    ("dstPort", "8080"),
];
