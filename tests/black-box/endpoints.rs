//! Which hosts of AWS are asked, by name: regions, partitions, FIPS, dualstack, endpoints that do not
//! count.

use std::process::Command;

use crate::harness::{SERIAL, World, finish, has};
use crate::internet::Internet;

/// A login with the story's key in a profile that has these lines.
pub(crate) fn login(world: &World, internet: &Internet, profile: &str) -> Command {
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n{profile}"
    ));
    let code = world.code();
    let mut command = world.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
    internet.lead(&mut command);
    command
}

/// The hosts that STS is asked at, and the region of the signatures.
#[track_caller]
pub(crate) fn asked(world: &World, internet: &Internet, command: &mut Command) -> (String, String) {
    world.aws.clear_journal();
    finish(command).succeeds();
    let hosts = internet.hosts();
    let [host] = &hosts[..] else {
        panic!("not one host: {hosts:?}")
    };
    let mut regions = world.aws.journal().into_iter().map(|entry| entry.region);
    let region = regions.next().unwrap();
    assert!(regions.all(|other| other == region));
    (host.clone(), region)
}

/// Partition, region, the ends of host names without and with dualstack, and the beginning with
/// FIPS (the endpoint rules of the SDKs).
const PARTITIONS: [[&str; 5]; 8] = [
    ["aws", "us-east-1", "amazonaws.com", "api.aws", "sts-fips"],
    [
        "aws-cn",
        "cn-northwest-1",
        "amazonaws.com.cn",
        "api.amazonwebservices.com.cn",
        "sts-fips",
    ],
    // Its ordinary hosts are FIPS 140's.
    [
        "aws-us-gov",
        "us-gov-west-1",
        "amazonaws.com",
        "api.aws",
        "sts",
    ],
    [
        "aws-eusc",
        "eusc-de-east-1",
        "amazonaws.eu",
        "api.amazonwebservices.eu",
        "sts-fips",
    ],
    [
        "aws-iso",
        "us-iso-east-1",
        "c2s.ic.gov",
        "api.aws.ic.gov",
        "sts-fips",
    ],
    [
        "aws-iso-b",
        "us-isob-east-1",
        "sc2s.sgov.gov",
        "api.aws.scloud",
        "sts-fips",
    ],
    [
        "aws-iso-e",
        "eu-isoe-west-1",
        "cloud.adc-e.uk",
        "api.cloud-aws.adc-e.uk",
        "sts-fips",
    ],
    [
        "aws-iso-f",
        "us-isof-south-1",
        "csp.hci.ic.gov",
        "api.aws.hci.ic.gov",
        "sts-fips",
    ],
];

#[test]
fn each_partition_has_its_hosts() {
    const FIPS: &str = "use_fips_endpoint = true\n";
    const DUALSTACK: &str = "use_dualstack_endpoint = true\n";
    for [_, region, plain, dualstack, fips] in PARTITIONS {
        let world = World::new();
        let internet = Internet::new(&world);
        let cases = [
            (String::new(), format!("sts.{region}.{plain}")),
            (FIPS.to_owned(), format!("{fips}.{region}.{plain}")),
            (DUALSTACK.to_owned(), format!("sts.{region}.{dualstack}")),
            (
                format!("{FIPS}{DUALSTACK}"),
                format!("sts-fips.{region}.{dualstack}"),
            ),
        ];
        for (lines, host) in cases {
            let lines = format!("region = {region}\n{lines}");
            let mut command = login(&world, &internet, &lines);
            let asked = asked(&world, &internet, &mut command);
            assert_eq!(asked, (host, region.to_owned()), "{lines}");
        }
    }
}

#[test]
fn variables_go_before_the_profile() {
    let world = World::new();
    let internet = Internet::new(&world);
    let profile = "region = eu-west-1\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n";
    let mut command = login(&world, &internet, profile);
    command
        .env("AWS_USE_FIPS_ENDPOINT", "false")
        .env("AWS_DEFAULT_REGION", "eu-west-2");
    let (host, _) = asked(&world, &internet, &mut command);
    assert_eq!(host, "sts.eu-west-2.api.aws");
    let mut command = login(&world, &internet, profile);
    command
        .env("AWS_USE_DUALSTACK_ENDPOINT", "false")
        .env("AWS_REGION", "eu-west-3")
        .env("AWS_DEFAULT_REGION", "eu-west-2");
    let (host, _) = asked(&world, &internet, &mut command);
    assert_eq!(host, "sts-fips.eu-west-3.amazonaws.com");
    let mut command = login(&world, &internet, "region = eu-west-1\n");
    command
        .args(["--region", "eu-north-1"])
        .env("AWS_REGION", "eu-west-3");
    let (host, _) = asked(&world, &internet, &mut command);
    assert_eq!(host, "sts.eu-north-1.amazonaws.com");
}

#[test]
fn without_a_region_the_devices_partition_tells_where_and_the_command_gets_none() {
    for [partition, region, plain, ..] in PARTITIONS {
        let world = World::new();
        let internet = Internet::new(&world);
        let serial = SERIAL.replace("arn:aws:", &format!("arn:{partition}:"));
        world.aws.edit(|account| {
            account.user_mut("testuser").devices[0]
                .serial
                .clone_from(&serial);
        });
        world.write_config(&format!("[profile testuser]\nmfa_serial = {serial}\n"));
        let code = world.code();
        let show = "echo region=$AWS_REGION,$AWS_DEFAULT_REGION";
        let mut command = world.mfaexec(&["-p", "testuser", "-c", &code, "--", "sh", "-c", show]);
        let said = finish(internet.lead(&mut command)).succeeds();
        assert_eq!(said, "region=,\n");
        assert_eq!(internet.hosts(), [format!("sts.{region}.{plain}")]);
        let mut regions = world.aws.journal().into_iter().map(|entry| entry.region);
        assert!(regions.all(|signed| signed == region));
    }
}

#[test]
fn endpoints_of_the_profile_can_be_ignored() {
    let world = World::new();
    let internet = Internet::new(&world);
    let ignored = "region = eu-west-1\nignore_configured_endpoint_urls = true\n\
                   endpoint_url = http://127.0.0.1:1\n";
    let mut command = login(&world, &internet, ignored);
    command.env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
    let (host, _) = asked(&world, &internet, &mut command);
    assert_eq!(host, "sts.eu-west-1.amazonaws.com");
    let mut command = login(&world, &internet, ignored);
    command
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
        .env("AWS_ENDPOINT_URL_STS", "https://sts.example.com");
    let (host, _) = asked(&world, &internet, &mut command);
    assert_eq!(host, "sts.example.com");
}

#[test]
fn iam_is_where_the_partition_has_it() {
    let world = World::new();
    let internet = Internet::new(&world);
    for (lines, host) in [
        ("region = eu-west-1\n", "iam.amazonaws.com"),
        ("region = aws-global\n", "iam.amazonaws.com"),
        (
            "region = eu-west-1\nsts_regional_endpoints = legacy\n",
            "iam.amazonaws.com",
        ),
        (
            "region = eu-west-1\nuse_fips_endpoint = true\n",
            "iam-fips.amazonaws.com",
        ),
        (
            "region = cn-northwest-1\n",
            "iam.cn-north-1.amazonaws.com.cn",
        ),
        ("region = us-gov-east-1\n", "iam.us-gov.amazonaws.com"),
    ] {
        let mut clear = world.mfaexec(&["clear", "-q"]);
        finish(&mut clear).succeeds();
        let mut command = login(&world, &internet, "");
        // No device is named: IAM is asked for it.
        world.write_config(&format!("[profile testuser]\n{lines}"));
        finish(&mut command).succeeds();
        let hosts = internet.hosts();
        assert!(hosts.iter().any(|asked| asked == host), "{hosts:?}");
    }
}

#[test]
fn sts_switched_off_names_a_region_of_the_partition_where_it_is_on() {
    for [_, works, ..] in PARTITIONS {
        let off = format!("{}9", works.trim_end_matches('1'));
        let world = World::new();
        let internet = Internet::new(&world);
        world
            .aws
            .edit(|account| account.disabled_regions.push(off.clone()));
        let lines = format!("region = {off}\n");
        let error = finish(&mut login(&world, &internet, &lines)).fails(1);
        let option = format!("--region {works}");
        has(&error, &["STS is switched off in", &off, &option]);
        let mut command = login(&world, &internet, &lines);
        finish(command.args(["--region", works])).succeeds();
    }
}
