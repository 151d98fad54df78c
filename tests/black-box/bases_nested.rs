//! `credential_process` that runs mfaexec.

use std::time::{Duration, Instant};

use crate::bases_process::printing;
use crate::harness::{MFAEXEC, World, finish, has};

#[test]
fn a_program_that_leads_back_to_its_own_profile_is_an_error() {
    let world = World::new();
    let config = |text: &str| world.write_config(text);
    let me = || {
        // One that waits for itself would wait for ever.
        let mut command = world.program("timeout");
        finish(command.args(["20", MFAEXEC, "-p", "me", "--", "env"])).fails(125)
    };
    let begun = Instant::now();
    config("[profile me]\ncredential_process = mfaexec -p me -- env\n");
    let error = me();
    has(
        &error,
        &[
            "profile me gets its keys from itself",
            "let credential_process name another",
        ],
    );
    // Over two profiles, one with a name that no config file can have as it is.
    config(
        "[profile me]\ncredential_process = mfaexec -p 'the other' -- env\n\
         [profile 'the other']\ncredential_process = mfaexec -p me -- env\n",
    );
    has(&me(), &["profile me gets its keys from itself"]);
    // By way of a role whose keys it gives, and by way of two of them.
    config(
        "[profile base]\ncredential_process = mfaexec -p me -- env\n\
         [profile me]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         source_profile = base\n",
    );
    has(&me(), &["profile base gets its keys from itself"]);
    config(
        "[profile base]\ncredential_process = mfaexec -p also -- env\n\
         [profile me]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         source_profile = base\n\
         [profile also]\nrole_arn = arn:aws:iam::123456789012:role/partner\n\
         source_profile = base\n",
    );
    has(&me(), &["profile base gets its keys from itself"]);
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_program_may_be_mfaexec_for_another_profile() {
    let (world, keys) = printing(|printed| printed);
    let script = r#"printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s", "SessionToken": "%s", "Expiration": "%s"}' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN" "$AWS_CREDENTIAL_EXPIRATION"; printenv MFAEXEC_PROCESS_OF > leak; exit 0"#;
    let path = world.write("json.sh", script);
    let config = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{config}[profile out]\ncredential_process = mfaexec -p me -- sh {}\n",
        path.display()
    ));
    keys.are_in(&world.run(&["-p", "out", "--", "env"]).succeeds());
    assert_eq!(std::fs::read(world.home().join("leak")).unwrap(), b"");
}
