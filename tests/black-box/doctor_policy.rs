//! `mfaexec doctor` tries whether the policies hold: what the key alone may do, and the session.

use crate::doctor::{Checks, doctor, healthy, make_healthy};
use crate::harness::{SERIAL, World, finish};
use crate::internet::Internet;

pub(crate) const WIDE: &str = r#"{"Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

/// A user with these policies alone.
pub(crate) fn with_policies(world: &World, policies: &[&str]) {
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
        let checks = Checks::of(&mut doctor(&world, &["-p", "role"]));
        checks.are(result, &["role"]);
        checks.has(
            "profile",
            &["role, which uses testuser, which uses the key", "line 6"],
        );
    }
}

/// Each service at its own host, in each partition; and what a variable or FIPS says of it.
#[test]
fn each_service_is_asked_at_its_own_host() {
    for (region, setting, ec2, s3) in [
        (
            "eu-central-1",
            "",
            "ec2.eu-central-1.amazonaws.com",
            "s3.eu-central-1.amazonaws.com",
        ),
        (
            "aws-global",
            "",
            "ec2.us-east-1.amazonaws.com",
            "s3.us-east-1.amazonaws.com",
        ),
        (
            "cn-north-1",
            "",
            "ec2.cn-north-1.amazonaws.com.cn",
            "s3.cn-north-1.amazonaws.com.cn",
        ),
        (
            "us-east-2",
            "use_fips_endpoint = true",
            "ec2-fips.us-east-2.amazonaws.com",
            "s3-fips.us-east-2.amazonaws.com",
        ),
        (
            "eu-west-1",
            "use_dualstack_endpoint = true",
            "ec2.eu-west-1.api.aws",
            "s3.dualstack.eu-west-1.amazonaws.com",
        ),
    ] {
        let world = World::new();
        let internet = Internet::new(&world);
        world.write_config(&format!(
            "[profile testuser]\nregion = {region}\nmfa_serial = {SERIAL}\n{setting}\n"
        ));
        let mut command = doctor(&world, &["-p", "testuser"]);
        finish(internet.lead(&mut command));
        let hosts = internet.hosts();
        for host in [ec2, s3] {
            assert!(
                hosts.iter().any(|asked| asked == host),
                "{host} in {hosts:?}"
            );
        }
    }
}

/// Through TLS and a proxy the signatures are as good as elsewhere.
#[test]
fn a_wide_policy_is_seen_through_a_proxy() {
    let world = World::new();
    make_healthy(&world);
    with_policies(&world, &[WIDE]);
    let internet = Internet::new(&world);
    let mut command = doctor(&world, &["-p", "testuser"]);
    let checks = Checks::of(internet.lead(&mut command));
    checks.has(
        "policy",
        &["failed: ", "ec2:DescribeRegions", "s3:ListAllMyBuckets"],
    );
    checks.has("variables", &["ok: ", "HTTPS_PROXY"]);
}
