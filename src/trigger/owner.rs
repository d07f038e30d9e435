//! The account and the region that an object's key names, as AWS services write them: `AWSLogs/123456789012/ap-northeast-1/…`.

/// The first letters of regions, and the directions in them.
const PARTITIONS: [&str; 10] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"];
const DIRECTIONS: [&str; 9] =
    ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

/// The account in a key: the first number of twelve digits behind `AWSLogs`.
pub(crate) fn account(key: &str) -> Option<&str> {
    let mut folders = key.split('/').skip_while(|folder| *folder != "AWSLogs");
    folders.find(|folder| folder.len() == 12 && folder.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The region in a key: the first folder behind `AWSLogs` that has the form of one.
pub(crate) fn region(key: &str) -> Option<&str> {
    key.split('/').skip_while(|folder| *folder != "AWSLogs").find(|folder| is_region(folder))
}

/// `ap-northeast-1`, `us-gov-west-1`
fn is_region(folder: &str) -> bool {
    let parts: Vec<&str> = folder.split('-').collect();
    let [partition, .., direction, number] = parts.as_slice() else { return false };
    (3..=4).contains(&parts.len())
        && PARTITIONS.contains(partition)
        && DIRECTIONS.contains(direction)
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
}
