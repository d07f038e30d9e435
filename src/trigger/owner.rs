//! The account and the region that an object's key names, as AWS services write them: `AWSLogs/123456789012/ap-northeast-1/…`, and
//! `123456789012/ap-northeast-1/BUCKET/2026/…` of S3's access logs ("Amazon S3 server access logging", date-based partitioning).

/// The first letters of regions, and the directions in them.
const PARTITIONS: [&str; 11] = ["us", "eu", "eusc", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"];
const DIRECTIONS: [&str; 9] =
    ["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

/// The account in a key: the first number of twelve digits behind `AWSLogs` or in a partition.
pub(crate) fn account(key: &str) -> Option<&str> {
    values(key).find(|text| is_account(text))
}

/// The region in a key: the first folder there that has the form of one.
pub(crate) fn region(key: &str) -> Option<&str> {
    values(key).find(|text| is_region(text))
}

/// What the folders that AWS names say: their names, or the values where they are Hive's `aws-region=us-east-1`.
fn values(key: &str) -> impl Iterator<Item = &str> {
    let folders: Vec<&str> = key.split('/').collect();
    let partition = || folders.windows(6).position(is_partition);
    let start = folders.iter().position(|folder| *folder == "AWSLogs").or_else(partition);
    let behind = folders.into_iter().skip(start.unwrap_or(usize::MAX));
    behind.map(|folder| folder.split_once('=').map_or(folder, |(_, value)| value))
}

/// Account, region, bucket, year, month, day.
fn is_partition(folders: &[&str]) -> bool {
    let [account, region, _, date @ ..] = folders else { return false };
    is_account(account) && is_region(region) && date.iter().map(|part| part.len()).eq([4, 2, 2])
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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
            "logs/123456789012/us-east-1/shop/2026/11/21/2026-11-21-00-00-05-0123456789ABCDEF",
        ] {
            assert_eq!((account(key), region(key)), (Some("123456789012"), Some("us-east-1")), "{key}");
        }
        assert_eq!(account("aws-account-id=123456789012/x"), None);
        assert_eq!(account("logs/123456789012/us-east-1/2026/11/x"), None);
        assert_eq!(region("AWSLogs/1/CloudTrail/eusc-de-east-1/x"), Some("eusc-de-east-1"));
        assert_eq!(region("AWSLogs/a=b=us-east-1/x"), None);
    }
}
