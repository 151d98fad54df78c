//! `mfaexec keys rotate` where something is in its way: permissions, lost answers, the network, a key
//! that it cannot rotate.

use local_aws::Fault;

use crate::harness::{SERIAL, World, finish, has};
use crate::keys_rotate::{
    OLD, OLD_SECRET, ROTATE, allow, ids, is_tidy, key_in_file, keys, shows_no_secret, world,
};

#[test]
fn each_permission_that_is_missing_is_named_and_a_later_run_goes_on() {
    let policy = |actions: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": [{actions}],
                "Resource": "arn:aws:iam::*:user/${{aws:username}}"}}}}"#
        )
    };
    let all = [
        "ListAccessKeys",
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ];
    let world = world();
    for missing in all {
        let actions = all.iter().filter(|action| **action != missing);
        let actions: Vec<String> = actions.map(|action| format!("\"iam:{action}\"")).collect();
        allow(&world, &policy(&actions.join(", ")));
        let more = ["--delete-after", "0", "--no-input"];
        let error = world.run(&[&ROTATE[..], &more].concat());
        has(
            &error.stderr,
            &[
                &format!("AWS does not allow {missing} with the session of profile testuser"),
                &format!("iam:{missing}; mfaexec policy self-service"),
            ],
        );
        assert_eq!(error.code, Some(1), "{error:?}");
        key_in_file(&world);
        allow(&world, &world.run(&["policy", "self-service"]).succeeds());
        world.run(&[&ROTATE[..], &more].concat()).succeeds();
        is_tidy(&world);
    }
}

#[test]
fn an_answer_that_is_lost_leaves_a_key_that_the_next_run_shows() {
    for fault in [Fault::CutAfter, Fault::ErrorAfter, Fault::HugeBody] {
        let world = world();
        world.aws.fault_on("CreateAccessKey", fault, 1);
        let said = world.run(&ROTATE);
        shows_no_secret(&world, &said);
        has(
            &said.fails(1),
            &[
                "the answer of IAM to CreateAccessKey was lost",
                "mfaexec keys rotate -p testuser",
            ],
        );
        let left = ids(&world)[1].0.clone();
        let error = world.run(&ROTATE).fails(1);
        has(
            &error,
            &[
                "an interrupted rotation may have created",
                &format!("--delete {left}"),
            ],
        );
        assert_eq!(key_in_file(&world).0, OLD);
        world
            .run(&[&ROTATE[..], &["--delete", &left]].concat())
            .succeeds();
        is_tidy(&world);
    }
    // The SDK takes half a secret for a whole one.
    let world = world();
    world
        .aws
        .fault_on("CreateAccessKey", Fault::MalformedXml, 1);
    let said = world.run(&ROTATE);
    shows_no_secret(&world, &said);
    has(
        &said.fails(1),
        &["the answer of IAM broke off", "it is deleted again"],
    );
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
    is_tidy(&world);
    // What was surely not done needs no word of the person's.
    let world = self::world();
    for fault in [Fault::Throttling, Fault::Escapes] {
        world.aws.fault_on("CreateAccessKey", fault, 1);
        world.run(&ROTATE).fails(1);
        is_tidy(&world);
    }
    world.run(&ROTATE).succeeds();
}

#[test]
fn a_network_that_fails_between_any_two_calls_is_waited_for_or_told() {
    for action in [
        "GetCallerIdentity",
        "ListAccessKeys",
        "UpdateAccessKey",
        "DeleteAccessKey",
    ] {
        for fault in [Fault::CutBefore, Fault::CutAfter] {
            let world = world();
            world.aws.fault_on(action, fault, 1);
            let more = ["--delete-after", "0", "--no-input"];
            let first = world.run(&[&ROTATE[..], &more].concat());
            assert!(matches!(first.code, Some(0 | 1)), "{first:?}");
            key_in_file(&world);
            world.run(&[&ROTATE[..], &more].concat()).succeeds();
            is_tidy(&world);
        }
    }
}

#[test]
fn an_inactive_key_in_the_file_is_replaced_while_a_session_lasts() {
    let world = world();
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys[0].active = false);
    let said = world.run(&ROTATE);
    assert!(!said.stderr.contains("make AKIA"), "{said:?}");
    said.succeeds();
    is_tidy(&world);
    // Without a session there is nothing to begin with, and no code is asked for.
    let world = World::new();
    world
        .aws
        .edit(|account| account.user_mut("testuser").keys[0].active = false);
    let error = world
        .run(&[&ROTATE[..], &["--code", "123456"]].concat())
        .fails(1);
    has(
        &error,
        &[
            "AWS does not know the access key",
            "see in IAM whether the key is active",
        ],
    );
    assert_eq!(world.code_calls().len(), 0);
}

#[test]
fn a_code_that_is_too_old_for_the_policy_is_named() {
    let world = World::new();
    let policy = world.run(&["policy", "self-service", "--max-age", "1s"]);
    allow(&world, &policy.succeeds());
    world.sign_in(&[]);
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let error = world.run(&ROTATE).fails(1);
    let words = "if a policy asks for a younger one: mfaexec login -p testuser --fresh";
    has(
        &error,
        &["explicit deny", "the code of the session is ", words],
    );
}

#[test]
fn keys_that_mfaexec_cannot_rotate_are_refused_before_a_code_is_asked_for() {
    let world = World::new();
    world.write_config(
        "[profile program]\ncredential_process = /bin/false\n\
         [profile sso]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\n\
         sso_account_id = 123456789012\nsso_role_name = admin\n\
         [profile temporary]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n\
         aws_session_token = t\n",
    );
    let rows: [(&str, &[&str]); 4] = [
        ("program", &["a program gives it", "/.aws/config, line 2"]),
        ("sso", &["its keys are temporary"]),
        ("temporary", &["its key is temporary"]),
        (
            "root",
            &[
                "is not that of an IAM user",
                "arn:aws:iam::123456789012:root",
            ],
        ),
    ];
    for (profile, words) in rows {
        let error = world
            .run(&["keys", "rotate", "-p", profile, "--yes", "-c", "123456"])
            .fails(1);
        has(&error, words);
    }
    world.write_config("[profile testuser]\nmfaexec_expected_account = 999999999999\n");
    let error = world
        .run(&[&ROTATE[..], &["-c", "123456"]].concat())
        .fails(1);
    has(&error, &["999999999999", "123456789012"]);
    let mut of_environment = world.mfaexec(&["keys", "rotate", "--yes"]);
    of_environment
        .env("AWS_ACCESS_KEY_ID", OLD)
        .env("AWS_SECRET_ACCESS_KEY", OLD_SECRET);
    has(
        &finish(&mut of_environment).fails(1),
        &["it is in the environment (AWS_ACCESS_KEY_ID)"],
    );
    assert_eq!(world.code_calls().len(), 0);
    assert_eq!(ids(&world), [(OLD.to_owned(), true)]);
}

#[test]
fn a_pair_in_two_sections_is_refused_with_its_place() {
    let world = world();
    world.write_credentials(&format!("[testuser]\naws_access_key_id = {OLD}\n"));
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\naws_secret_access_key = {OLD_SECRET}\n"
    ));
    let error = world.run(&ROTATE).fails(1);
    has(
        &error,
        &[
            "its secret is not in the same section",
            "/.aws/credentials, line 2",
        ],
    );
    assert_eq!(keys(&world).len(), 1);
}
