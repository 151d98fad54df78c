//! Profiles that cannot give a session say why, with file and line, before a code is asked for.

use crate::harness::{World, has};

const ID: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

#[test]
fn a_profile_without_usable_keys_says_what_it_needs() {
    let cases: [(&str, &str, &[&str]); 13] = [
        (
            "",
            "",
            &["it has no access key", "aws configure --profile me"],
        ),
        (
            "",
            ID,
            &[
                "half of its access key is missing, the secret",
                "credentials, line 2",
            ],
        ),
        ("", SECRET, &["half of its access key is missing, the id"]),
        (
            "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = y",
            "",
            &["there is no profile y", "config, line 3"],
        ),
        (
            "sso_session = corp",
            "",
            &[
                "[sso-session corp] has no sso_region",
                "aws configure sso --profile me",
            ],
        ),
        (
            "credential_process = /bin/no-keys",
            "",
            &["credential_process gives no keys", "config, line 2"],
        ),
        (
            "web_identity_token_file = /t",
            "",
            &["profile me has no role_arn", "config, line 2"],
        ),
        (
            "credential_source = Environment",
            "",
            &["it has no access key"],
        ),
        ("login_session = x", "", &["aws login gives no keys"]),
        ("source_profile = other", "", &["there is no profile other"]),
        (
            "",
            &format!("{ID}\n{SECRET}\naws_session_token = x"),
            &["its key is temporary"],
        ),
        (
            "",
            &format!("aws_access_key_id = ASIAIOSFODNN7EXAMPLE\n{SECRET}"),
            &["its key is temporary", "credentials, line 2"],
        ),
        (
            "",
            &format!("aws_access_key_id = nonsense\n{SECRET}"),
            &["is not an access key id"],
        ),
    ];
    for (config, credentials, words) in cases {
        let world = World::new();
        world.write_config(&format!("[profile me]\n{config}\n"));
        world.write_credentials(&format!("[me]\n{credentials}\n"));
        let error = world
            .run(&["-p", "me", "-c", "123456", "--", "true"])
            .fails(125);
        has(&error, words);
        assert!(!error.contains("wJalrXUtnFEMI"), "{error}");
        assert!(world.aws.journal().is_empty());
    }
}

#[test]
fn a_serial_that_cannot_be_one_is_refused_before_the_question() {
    let cases = [
        (
            "arn:aws:iam::123456789012:user/me",
            "it is the ARN of a user",
        ),
        ("arn:aws:iam::123456789012:u2f/user/me/key", "FIDO"),
        ("12345678", "9 to 256"),
        ("has blanks in it", "9 to 256"),
    ];
    for (serial, words) in cases {
        let world = World::new();
        world.write_config(&format!("[profile testuser]\nmfa_serial = {serial}\n"));
        let error = world
            .run(&["-p", "testuser", "-c", "123456", "--", "true"])
            .fails(125);
        has(&error, &[words, ".aws/config, line 2"]);
        assert!(world.aws.journal().is_empty());
    }
}
