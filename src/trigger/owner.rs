//! The account and the region that an object's key names, as AWS services write them: `AWSLogs/123456789012/ap-northeast-1/…`.

/// The first letters of regions, and the directions in them.
const PARTITIONS: [&str; 10] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"];
const DIRECTIONS: [&str; 9] =
    ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

/// The account in a key: the first number of twelve digits behind `AWSLogs`.
pub(crate) fn account(key: &str) -> Option<&str> {
    let is_account = |text: &&str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    values(key).find(is_account)
}

/// The region in a key: the first folder behind `AWSLogs` that has the form of one.
pub(crate) fn region(key: &str) -> Option<&str> {
    values(key).find(|text| is_region(text))
}

/// What the folders behind `AWSLogs` say: their names, or the values where they are Hive's `aws-region=us-east-1`.
fn values(key: &str) -> impl Iterator<Item = &str> {
    let folders = key.split('/').skip_while(|folder| *folder != "AWSLogs");
    folders.map(|folder| folder.split_once('=').map_or(folder, |(_, value)| value))
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

#[cfg(test)]
mod tests {
    use super::{account, region};

    #[test]
    fn folders_name_account_and_region_bare_or_as_hive_has_them() {
        for key in [
            "AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/11/10/x.gz",
            "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2024/month=11/day=10/x.gz",
            "p/AWSLogs/o-abc/account=123456789012/WAFLogs/region=us-east-1/x.gz",
        ] {
            assert_eq!((account(key), region(key)), (Some("123456789012"), Some("us-east-1")), "{key}");
        }
        assert_eq!(account("aws-account-id=123456789012/x"), None);
        assert_eq!(region("AWSLogs/a=b=us-east-1/x"), None);
    }
}
