//! The global endpoint of STS: where it is asked for, what overrides it, and why its sessions are
//! kept apart.

use crate::endpoints::{asked, login};
use crate::harness::{World, finish, has};
use crate::internet::Internet;

/// The regions that botocore serves from the global endpoint where `legacy` is asked for
/// (LEGACY_GLOBAL_STS_REGIONS).
const LEGACY: [&str; 16] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
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
];

#[test]
fn legacy_means_the_global_endpoint_where_botocore_says_so() {
    let world = World::new();
    let internet = Internet::new(&world);
    let global = ("sts.amazonaws.com".to_owned(), "us-east-1".to_owned());
    for region in LEGACY {
        let lines = format!("region = {region}\nsts_regional_endpoints = legacy\n");
        let mut command = login(&world, &internet, &lines);
        assert_eq!(asked(&world, &internet, &mut command), global, "{region}");
    }
    for (region, end) in [
        ("af-south-1", "com"),
        ("ap-northeast-2", "com"),
        ("us-gov-west-1", "com"),
        ("cn-north-1", "com.cn"),
    ] {
        let lines = format!("region = {region}\nsts_regional_endpoints = legacy\n");
        let mut command = login(&world, &internet, &lines);
        let regional = (format!("sts.{region}.amazonaws.{end}"), region.to_owned());
        assert_eq!(asked(&world, &internet, &mut command), regional);
    }
}

#[test]
fn legacy_gives_way_to_whatever_says_where_sts_is() {
    let world = World::new();
    let internet = Internet::new(&world);
    let legacy = "region = eu-west-1\nsts_regional_endpoints = legacy\n";
    let (variable, global) = ("AWS_STS_REGIONAL_ENDPOINTS", "sts.amazonaws.com");
    let cases = [
        (legacy, variable, "", global),
        (legacy, variable, "regional", "sts.eu-west-1.amazonaws.com"),
        ("region = eu-west-1\n", variable, "legacy", global),
        // Without a region it is us-east-1, as everywhere.
        ("", variable, "legacy", global),
        (
            legacy,
            "AWS_USE_FIPS_ENDPOINT",
            "true",
            "sts-fips.eu-west-1.amazonaws.com",
        ),
        (
            legacy,
            "AWS_USE_DUALSTACK_ENDPOINT",
            "true",
            "sts.eu-west-1.api.aws",
        ),
        (
            legacy,
            "AWS_ENDPOINT_URL_STS",
            "https://sts.example.com",
            "sts.example.com",
        ),
    ];
    for (lines, variable, value, host) in cases {
        let mut command = login(&world, &internet, lines);
        command.env(variable, value);
        let (asked, _) = asked(&world, &internet, &mut command);
        assert_eq!(asked, host, "{lines}{variable}={value}");
    }
    let mut command = login(&world, &internet, legacy);
    let error = finish(command.env(variable, "Global")).fails(1);
    has(&error, &["Global", variable, "legacy", "regional"]);
    assert!(internet.hosts().is_empty());
}

#[test]
fn the_global_region_is_a_place_without_fips_and_without_ipv6() {
    let world = World::new();
    let internet = Internet::new(&world);
    for (lines, host) in [
        ("", "sts.amazonaws.com"),
        (
            "use_fips_endpoint = true\n",
            "sts-fips.us-east-1.amazonaws.com",
        ),
        ("use_dualstack_endpoint = true\n", "sts.us-east-1.api.aws"),
        (
            "endpoint_url = https://sts.example.com\n",
            "sts.example.com",
        ),
    ] {
        let mut command = login(&world, &internet, &format!("region = aws-global\n{lines}"));
        let expected = (host.to_owned(), "us-east-1".to_owned());
        assert_eq!(asked(&world, &internet, &mut command), expected);
    }
}

#[test]
fn a_session_of_the_global_endpoint_is_kept_apart() {
    // In regions that an account has to opt into it does not work, another one does.
    let world = World::new();
    let internet = Internet::new(&world);
    let lines = "region = eu-west-1\nsts_regional_endpoints = legacy\n";
    finish(&mut login(&world, &internet, lines)).succeeds();
    let cached = |region: &str| {
        let words = ["-p", "testuser", "--no-input", "--region", region, "--"];
        let mut command = world.mfaexec(&words);
        command.args(["printenv", "AWS_REGION"]);
        finish(internet.lead(&mut command))
    };
    assert_eq!(cached("eu-west-2").succeeds(), "eu-west-2\n");
    has(&cached("af-south-1").fails(125), &["a code is needed"]);
    let mut command = login(&world, &internet, lines);
    finish(command.args(["--region", "af-south-1"])).succeeds();
    assert_eq!(cached("af-south-1").succeeds(), "af-south-1\n");
    assert_eq!(cached("eu-west-2").succeeds(), "eu-west-2\n");
}

#[test]
fn what_cannot_be_reached_is_called_by_its_name() {
    let world = World::new();
    let internet = Internet::new(&world);
    let lines = "region = eu-west-1\nsts_regional_endpoints = legacy\n";
    let mut command = login(&world, &internet, lines);
    // No one listens there.
    command.env("HTTPS_PROXY", "http://127.0.0.1:1");
    let error = finish(&mut command).fails(1);
    has(
        &error,
        &["cannot reach STS (sts.amazonaws.com) through the proxy"],
    );
}
