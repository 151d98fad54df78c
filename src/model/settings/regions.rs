//! What is to be known about regions as such: their partitions, and where STS is not in the region
//! that is named.

/// Regions that STS serves from its global endpoint where `sts_regional_endpoints = legacy` is asked
/// for (LEGACY_GLOBAL_STS_REGIONS of botocore, UseGlobalEndpoint of the SDKs' endpoint rules).
const LEGACY_GLOBAL: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    GLOBAL,
];

/// The other ones of the partitions that everybody can use.
const REGIONAL: [&str; 24] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

/// The region of global endpoints: the SDKs' endpoint rules make `sts.amazonaws.com` of it and have
/// it signed for us-east-1.
pub(crate) const GLOBAL: &str = "aws-global";
/// What they make of it.
pub(crate) const GLOBAL_STS: &str = "https://sts.amazonaws.com";

/// These regions, and those that are known here; sorted. New ones of AWS come in by being used.
pub(crate) fn with_known_regions(mut regions: Vec<String>) -> Vec<String> {
    let known = LEGACY_GLOBAL.into_iter().chain(REGIONAL);
    regions.extend(known.map(str::to_owned));
    regions.sort_unstable();
    regions.dedup();
    regions
}

/// All regions that are known of the partition that this region is in.
pub(crate) fn regions_of_partition(region: &str) -> Vec<String> {
    let partition = partition_of(region);
    let always_on = implicit_region(partition);
    let mut regions = with_known_regions(vec![region.to_owned(), always_on.to_owned()]);
    regions.retain(|known| known != GLOBAL && partition_of(known) == partition);
    regions
}

/// Whether `legacy` means the global endpoint in this region.
pub(crate) fn is_legacy_global(region: &str) -> bool {
    LEGACY_GLOBAL.contains(&region)
}

/// The region of a partition which always has STS (implicitGlobalRegion of the SDKs' partitions).
pub(crate) fn implicit_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        _ => "us-east-1",
    }
}

/// Whether it can be the name of a region, and so a part of a host's name.
pub(crate) fn is_region(text: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    text.bytes().all(known)
}

/// The partition that a region is in, by its name (regionRegex of the SDKs' partitions).
pub(crate) fn partition_of(region: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    let mut beginnings = BEGINNINGS.iter();
    beginnings
        .find(|(start, _)| region.starts_with(start))
        .map_or("aws", |(_, partition)| partition)
}

/// What the names of hosts in a region end in (dnsSuffix and dualStackDnsSuffix of the SDKs'
/// partitions).
pub(crate) fn dns_suffix(region: &str, dualstack: bool) -> &'static str {
    match (partition_of(region), dualstack) {
        ("aws-cn", false) => "amazonaws.com.cn",
        ("aws-cn", true) => "api.amazonwebservices.com.cn",
        ("aws-eusc", false) => "amazonaws.eu",
        ("aws-eusc", true) => "api.amazonwebservices.eu",
        ("aws-iso", false) => "c2s.ic.gov",
        ("aws-iso", true) => "api.aws.ic.gov",
        ("aws-iso-b", false) => "sc2s.sgov.gov",
        ("aws-iso-b", true) => "api.aws.scloud",
        ("aws-iso-e", false) => "cloud.adc-e.uk",
        ("aws-iso-e", true) => "api.cloud-aws.adc-e.uk",
        ("aws-iso-f", false) => "csp.hci.ic.gov",
        ("aws-iso-f", true) => "api.aws.hci.ic.gov",
        (_, false) => "amazonaws.com",
        (_, true) => "api.aws",
    }
}

/// The region of the same partition where STS cannot be switched off.
pub(crate) fn always_on(region: &str) -> &'static str {
    implicit_region(partition_of(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_regions_of_a_partition_are_all_that_are_known_of_it() {
        let aws = regions_of_partition("eu-central-9");
        assert!(aws.len() > 33, "{aws:?}");
        assert!(aws.contains(&"eu-central-9".to_owned()));
        assert!(!aws.contains(&GLOBAL.to_owned()));
        assert!(!aws.iter().any(|region| region.starts_with("cn-")));
        let china = ["cn-north-1", "cn-northwest-1"];
        assert_eq!(regions_of_partition("cn-north-1"), china);
        let iso = ["us-iso-east-1", "us-iso-west-1"];
        assert_eq!(regions_of_partition("us-iso-west-1"), iso);
    }

    #[test]
    fn each_partition_has_a_region_of_its_own_that_is_always_on() {
        let partitions = [
            ("aws", "ap-southeast-7"),
            ("aws-cn", "cn-north-1"),
            ("aws-us-gov", "us-gov-east-1"),
            ("aws-eusc", "eusc-de-west-1"),
            ("aws-iso", "us-iso-west-1"),
            ("aws-iso-b", "us-isob-west-1"),
            ("aws-iso-e", "eu-isoe-east-1"),
            ("aws-iso-f", "us-isof-east-1"),
        ];
        for (partition, region) in partitions {
            assert_eq!(partition_of(region), partition);
            let on = implicit_region(partition);
            assert_eq!(always_on(region), on);
            assert_eq!(partition_of(on), partition);
        }
    }
}
