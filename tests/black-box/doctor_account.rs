//! What `mfaexec doctor` asks AWS: key, clock, region, device, and whether the policy holds.

use std::time::Duration;

use local_aws::{Fault, Key};

use crate::doctor::{Checks, DAY, doctor, healthy, make_healthy, now};
use crate::harness::{SERIAL, World};

const WIDE: &str = r#"{"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

/// A user with these policies alone.
fn with_policies(world: &World, policies: &[&str]) {
    world.aws.edit(|account| {
        let user = account.user_mut("testuser");
        user.policies.clear();
        user.inline.clear();
        for (number, policy) in policies.iter().enumerate() {
            let name = format!("policy-{number}");
            account.put_user_policy("testuser", &name, policy).unwrap();
        }
    });
}

fn of_user(world: &World, user: &str) -> Checks {
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

/// Each policy of `mfaexec policy`, and too wide ones.
#[test]
fn the_key_alone_is_refused_what_the_session_may_do() {
    let world = healthy();
    let print = |args: &[&str]| world.run(&[&["policy"], args].concat()).succeeds();
    let deny = print(&["deny-without-mfa"]);
    let enrolled = print(&["deny-without-mfa", "--enrolled"]);
    let mfa = print(&["mfa"]);
    let young = print(&["mfa", "--max-age", "1h"]);
    let instances = print(&["mfa", "--action", "ec2:Describe*"]);
    let users = print(&["mfa", "--action", "iam:List*"]);
    let own = print(&["self-service"]);
    let named = [
        "ec2:DescribeRegions",
        "ec2:DescribeInstances",
        "s3:ListAllMyBuckets",
        "iam:ListUsers",
    ];
    let buckets = print(&["mfa", "--action", "s3:List*"]);
    for (policies, actions) in [
        (vec![&*mfa], &named[..1]),
        (vec![&*young], &named[..1]),
        (vec![&*mfa, &*own], &named[..1]),
        (vec![&*instances], &named[..2]),
        (vec![&*users], &named[3..]),
        (vec![&*buckets], &named[2..3]),
        (vec![WIDE, &*deny], &named),
        (vec![WIDE, &*enrolled], &named),
        (vec![WIDE, &*own], &named),
    ] {
        with_policies(&world, &policies);
        let checks = Checks::of_testuser(&world);
        checks.has(
            "policy",
            &[&["ok: the key alone is refused "], actions].concat(),
        );
    }
    let one = |action: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{action}",
            "Resource": "*"}}]}}"#
        )
    };
    // The condition is false for a session without MFA, and absent for the key.
    let slip = WIDE.replace(
        "]}",
        r#", {"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
    );
    for (policies, actions) in [
        (vec![WIDE.to_owned()], &named[..]),
        (vec![one("ec2:*")], &named[..2]),
        (vec![mfa.clone(), one("iam:*")], &named[3..]),
        (vec![mfa.clone(), one("s3:ListAllMyBuckets")], &named[2..3]),
        (vec![slip], &named[..]),
    ] {
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        with_policies(&world, &policies);
        let checks = Checks::of_testuser(&world);
        checks.has(
            "policy",
            &[&["failed: the key alone may call "], actions].concat(),
        );
        checks.has("policy", &["mfaexec policy deny-without-mfa"]);
    }
    // Nothing that could be tried is allowed, with or without MFA.
    with_policies(&world, &[&print(&["mfa", "--action", "s3:Get*"])]);
    Checks::of_testuser(&world).are("not_checked", &["policy"]);
    // What was tried has changed nothing, and most of it was a dry run.
    let entries = world.aws.journal();
    let ec2 = entries.iter().filter(|entry| entry.service == "ec2");
    for entry in ec2 {
        assert_eq!(
            entry.parameters.get("DryRun").map(String::as_str),
            Some("true")
        );
    }
    let reads = ["Get", "List", "Describe"];
    let changes = entries
        .iter()
        .filter(|e| !reads.iter().any(|read| e.action.starts_with(read)));
    assert_eq!(changes.count(), 0, "{entries:#?}");
}

#[test]
fn without_a_session_half_is_checked() {
    let world = World::new();
    make_healthy(&world);
    let checks = Checks::of_testuser(&world);
    checks.has(
        "policy",
        &["not_checked: half: ", "mfaexec login -p testuser"],
    );
    checks.has("session", &["not_checked: ", "mfaexec login -p testuser"]);
    assert!(world.code_calls().is_empty());
    with_policies(&world, &[WIDE]);
    Checks::of_testuser(&world).are("failed", &["policy"]);
}

#[test]
fn a_role_that_the_key_alone_may_assume() {
    let world = World::new();
    make_healthy(&world);
    with_policies(&world, &[WIDE]);
    for (role, result) in [("deployer", "ok"), ("chained", "failed")] {
        world.write_config(&format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\n[profile role]\nregion = eu-central-1\n\
             source_profile = testuser\nrole_arn = arn:aws:iam::123456789012:role/{role}\n"
        ));
        let checks = of_user(&world, "role");
        checks.are(result, &["role"]);
        checks.has(
            "profile",
            &["role, which uses testuser, which uses the key", "line 6"],
        );
    }
}
