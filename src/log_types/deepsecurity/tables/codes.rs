//! Codes of Deep Security and the words that they stand for.
//!
//! Spyware codes and risk levels are told by parsers that quote the vendor; device types and permissions are read off the ids of
//! Device Control; how Application Control merges events is unproved. A code that is not here has no word.

/// How the malware of an Anti-Malware event was found, by its signature id.
pub(crate) fn scan_type(signature_id: &str) -> Option<&'static str> {
    Some(match signature_id {
        "4000000" | "4000010" | "4000020" | "4000030" => "real-time",
        "4000001" | "4000011" => "manual",
        "4000002" | "4000012" => "scheduled",
        "4000003" | "4000013" => "quick",
        _ => return None,
    })
}

/// What kind of thing a spyware item is.
pub(crate) fn resource_type(code: &str) -> &'static str {
    match code {
        "10" => "Files and Directories",
        "11" => "System Registry",
        "12" => "Internet Cookies",
        "13" => "Internet URL Shortcut",
        "14" => "Programs in Memory",
        "15" => "Program Startup Areas",
        "16" => "Browser Helper Object",
        "17" => "Layered Service Provider",
        "18" => "Hosts File",
        "19" => "Windows Policy Settings",
        "20" => "Browser",
        "23" => "Windows Shell Setting",
        "24" => "IE Downloaded Program Files",
        "25" => "Add/Remove Programs",
        "26" => "Services",
        _ => "Other",
    }
}

/// How much risk a spyware item is.
pub(crate) fn risk_level(code: &str) -> Option<&'static str> {
    Some(match code {
        "0" => "very low",
        "25" => "low",
        "50" => "medium",
        "75" => "high",
        "100" => "very high",
        _ => return None,
    })
}

/// What Application Control merged events by.
pub(crate) fn aggregation(code: &str) -> Option<&'static str> {
    Some(match code {
        "0" => "not merged",
        "1" => "by file name, path and type",
        "2" => "by type",
        _ => return None,
    })
}

/// `device.type`.
pub(crate) fn device_type(code: &str) -> Option<&'static str> {
    Some(match code {
        "0" => "unknown",
        "1" => "usb",
        "2" => "mobile",
        _ => return None,
    })
}

/// What a device's users may do.
pub(crate) fn permission(code: &str) -> Option<&'static str> {
    Some(match code {
        "0" => "block",
        "2" => "read-only",
        _ => return None,
    })
}
