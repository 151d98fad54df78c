//! What `mfaexec doctor` asks AWS: key, clock, region and device.

use std::time::Duration;

use local_aws::{Fault, Key};

use crate::doctor::{Checks, DAY, doctor, healthy, make_healthy, now};
use crate::doctor_policy::{WIDE, with_policies};
use crate::harness::{SERIAL, World, finish, has};

pub(crate) fn of_user(world: &World, user: &str) -> Checks {
    Checks::of(&mut doctor(world, &["-p", user]))
}

#[test]
fn a_key_that_aws_does_not_know() {
    let world = healthy();
    let checks = of_user(&world, "leaver");
    checks.has(
        "key",
        &["failed: AWS does not know the access key AKIALEAVER"],
    );
    checks.are("ok", &["network", "clock", "config_file"]);
    checks.has("policy", &["not_checked: ", "the key does not work"]);
    let wrong = world.write(
        ".aws/credentials",
        "[testuser]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wrong\n",
    );
    assert!(wrong.exists());
    Checks::of_testuser(&world).has("key", &["failed: the secret of access key AKIA"]);
    world.write_credentials("[half]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n");
    of_user(&world, "half").has("profile", &["failed: ", "half of its access key"]);
}

/// The first answer ends the rest: the others are under way, and are dropped.
#[test]
fn calls_that_no_one_waits_for_end_quietly() {
    let world = healthy();
    world
        .aws
        .fault_on("DescribeRegions", Fault::Slow(Duration::from_secs(5)), 99);
    for _ in 0..40 {
        let said = finish(&mut doctor(&world, &["-p", "leaver"]));
        assert_eq!(said.code, Some(1), "{said:?}");
        has(&said.stderr, &["mfaexec: 1 check failed: key\n"]);
        assert!(!said.stderr.contains("internal error"), "{said:?}");
    }
}

#[test]
fn a_key_of_the_root_user() {
    let world = healthy();
    of_user(&world, "root").has("key", &["failed: ", "is a key of the root user"]);
}

#[test]
fn the_age_of_a_key() {
    let world = healthy();
    let made = |days: i64| {
        world.aws.edit(|account| {
            account.user_mut("testuser").keys[0].created = Some(now() - days * DAY);
        });
        Checks::of_testuser(&world)
    };
    made(0).has("key_age", &["ok: AKIAIOSFODNN7EXAMPLE is of today"]);
    made(90).has("key_age", &["ok: ", "90 days old"]);
    let old = made(91);
    old.has(
        "key_age",
        &[
            "warning: ",
            "91 days old",
            "mfaexec keys rotate -p testuser",
        ],
    );
    old.are_ok_but(&["key_age"]);

    // Without a session, a policy that asks for MFA says nothing of keys.
    world.run(&["clear", "-q"]).succeeds();
    let checks = Checks::of_testuser(&world);
    for name in ["key_age", "key_last_use"] {
        checks.has(name, &["not_checked: ", "mfaexec login -p testuser"]);
    }
    checks.are("ok", &["mfa_device", "key"]);
}

#[test]
fn two_active_keys() {
    let world = healthy();
    let add = |active| {
        world.aws.edit(|account| {
            account.user_mut("testuser").keys.push(Key {
                id: "AKIASECONDKEYEXAMPLE".into(),
                secret: "second".into(),
                active,
                created: Some(now()),
                last_used: None,
            });
        });
        Checks::of_testuser(&world)
    };
    add(false).are_ok_but(&[]);
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys.truncate(1));
    let checks = add(true);
    checks.are_ok_but(&["active_keys"]);
    checks.has(
        "active_keys",
        &["warning: ", "AKIASECONDKEYEXAMPLE", "--status Inactive"],
    );
    checks.has("key_last_use", &["AKIASECONDKEYEXAMPLE was never used"]);
}

#[test]
fn the_clock_against_aws() {
    for (seconds, result) in [
        (10, "ok: "),
        (-120, "warning: "),
        (800, "failed: "),
        (7200, "failed: "),
    ] {
        let world = World::new();
        make_healthy(&world);
        world.aws.fault(Fault::ClockOff(seconds), 99);
        let checks = Checks::of_testuser(&world);
        checks.has("clock", &[result]);
        let key = if seconds < 900 { "ok" } else { "not_checked" };
        checks.are(key, &["key"]);
        checks.are("ok", &["network"]);
    }
}

#[test]
fn sts_in_the_region() {
    let world = healthy();
    world
        .aws
        .edit(|account| account.disabled_regions = vec!["eu-central-1".into()]);
    let checks = Checks::of_testuser(&world);
    checks.has(
        "sts_region",
        &["failed: STS is switched off", "--region us-east-1"],
    );
    checks.are("ok", &["key", "mfa_device"]);
    // Throttling says nothing of a region.
    world.aws.edit(|account| account.disabled_regions.clear());
    world.aws.fault_on("GetSessionToken", Fault::Throttling, 1);
    Checks::of_testuser(&world).are("not_checked", &["sts_region"]);
    // A policy that denies without MFA, and forgot what a sign-in needs.
    let deny = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#;
    with_policies(&world, &[WIDE, deny]);
    Checks::of_testuser(&world).are("ok", &["key", "policy"]);
}

#[test]
fn no_network_ends_nothing() {
    let world = healthy();
    let mut command = doctor(&world, &["-p", "testuser"]);
    let checks = Checks::of(command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1"));
    checks.has("network", &["failed: cannot reach STS"]);
    checks.are(
        "not_checked",
        &[
            "key",
            "clock",
            "sts_region",
            "key_age",
            "mfa_device",
            "policy",
        ],
    );
    checks.are("ok", &["config_file", "profile", "cache", "keyring"]);

    // One that never answers is not waited for without end: less than one call alone may take.
    world.aws.fault(Fault::Slow(Duration::from_secs(60)), 99);
    let begun = std::time::Instant::now();
    let checks = Checks::of_testuser(&world);
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    checks.has("network", &["failed: AWS gives no answer"]);
    checks.are("ok", &["cache", "profile"]);
}

#[test]
fn the_device_of_the_user() {
    let world = healthy();
    for (user, parts) in [
        (
            "nodevice",
            [
                "failed: the user has no MFA device",
                "mfaexec mfa enroll -p nodevice",
            ],
        ),
        (
            "fidouser",
            ["failed: the user has only FIDO keys", "authenticator app"],
        ),
        (
            "twodevices",
            ["warning: the user has several devices", "mfa/new-phone"],
        ),
        ("hardware", ["ok: ", "GAHT12345678 is the user's only one"]),
        ("locked", ["not_checked: ", "iam:ListMFADevices"]),
    ] {
        let parts = if user == "locked" {
            ["not_checked: ", "mfaexec login -p locked"]
        } else {
            parts
        };
        of_user(&world, user).has("mfa_device", &parts);
    }
    let other = SERIAL.replace("testuser", "otheruser");
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {other}\n"
    ));
    let checks = Checks::of_testuser(&world);
    checks.has(
        "mfa_device",
        &["failed: ", "is no device of the user", SERIAL, "line 3"],
    );
}
