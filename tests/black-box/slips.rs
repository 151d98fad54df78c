//! Slips in the config files: no one becomes someone else by one, no guard is off by one, and what
//! is not used is said.

use crate::harness::{SERIAL, Said, World, has};

pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role";
const KEY: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
                   aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// Someone else's.
const OTHER: &str = "aws_access_key_id = AKIAI44QH8DHBEXAMPLE\n\
                     aws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";

/// A world in which `me` has the story's key in the credentials file and the device in the config.
pub(crate) fn world(config: &str) -> World {
    let world = World::new();
    world.write_config(&meant(&format!(
        "[profile base]\nmfa_serial = {SERIAL}\n{config}\n"
    )));
    world.write_credentials(&format!("[base]\n{KEY}\n[me]\n{KEY}\n"));
    world
}

pub(crate) fn meant(text: &str) -> String {
    text.replace("$KEY", KEY)
        .replace("$OTHER", OTHER)
        .replace("$ROLE", ROLE)
        .replace("$SERIAL", SERIAL)
}

pub(crate) fn run(world: &World, profile: &str) -> Said {
    let code = world.code();
    world.run(&[
        "-p",
        profile,
        "-c",
        &code,
        "--",
        "printenv",
        "MFAEXEC_PROFILE",
    ])
}

/// It is refused before anything is sent, with these words and without a secret.
#[track_caller]
pub(crate) fn refused(world: &World, profile: &str, words: &[&str]) {
    let error = run(world, profile).fails(125);
    has(&error, words);
    for secret in ["wJalrXUtnFEMI", "je7MtGbClwBF"] {
        assert!(!error.contains(secret), "{error}");
    }
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_profile_that_was_appended_to_a_line_is_nobody_elses() {
    let world = World::new();
    let text = meant("[old]\n$KEY\nguid = 1111-1111[new]\n$OTHER\n");
    world.write_credentials(&text);
    let words = [
        "profile old has two values",
        "line 2",
        "line 5",
        "line 4 ends in [new]",
    ];
    refused(&world, "old", &words);
    refused(
        &world,
        "new",
        &["no profile new", "line 4", "[new]", "a line of its own"],
    );
    // The same where the section above says nothing of what was appended.
    world.write_credentials(&meant(
        "[old]\nregion = eu-west-1\noutput = json[new]\n$OTHER\n",
    ));
    refused(
        &world,
        "old",
        &["aws_access_key_id", "line 3", "[new]", "line 4"],
    );
    for end in ["output = json", "# a note"] {
        world.write_config(&meant(&format!(
            "[profile base]\n{end}[profile new]\nrole_arn = $ROLE/deployer\nsource_profile = base\n"
        )));
        world.write_credentials(&meant("[base]\n$KEY\n"));
        refused(
            &world,
            "new",
            &["no profile new", "line 2", "[profile new]"],
        );
    }
    world.write_config(&meant(
        "[profile base]\noutput = json[profile new]\nrole_arn = $ROLE/deployer\n",
    ));
    refused(
        &world,
        "base",
        &["role_arn", "line 2", "[profile new]", "line 3"],
    );
}

#[test]
fn a_source_that_was_appended_to_a_line_is_named() {
    for key in ["source_profile", "include_profile"] {
        let world = world(&format!(
            "output = json[profile new]\n[profile my]\n{key} = new\n"
        ));
        refused(&world, "my", &["new", "line 3", "[profile new]"]);
    }
}

#[test]
fn what_identifies_has_one_value_in_a_file() {
    let cases = [
        ("role_arn", "$ROLE/deployer", "$ROLE/readonly"),
        ("source_profile", "base", "other"),
        ("credential_source", "Environment", "EcsContainer"),
        ("mfa_serial", "$SERIAL", "GAHT12345678"),
        ("external_id", "one", "two"),
        ("web_identity_token_file", "/a", "/b"),
        ("sso_session", "a", "b"),
        ("sso_account_id", "123456789012", "210987654321"),
        ("sso_role_name", "a", "b"),
        ("login_session", "a", "b"),
        ("credential_process", "cat a # b", "cat a # c"),
        ("include_profile", "base", "other"),
        ("mfa_process", "echo 1", "echo 2"),
        ("mfaexec_confirm", "true", "false"),
        ("mfaexec_expected_account", "123456789012", "210987654321"),
        ("mfaexec_duration", "1h", "2h"),
        ("MFA_Serial", "$SERIAL", ""),
        ("aws_session_token", "a", "b"),
        ("role_session_policy", "{", "{}"),
        ("services", "a", "b"),
    ];
    for (key, first, second) in cases {
        let lower = key.to_lowercase();
        let other = world(&format!(
            "[profile my]\nregion = eu-west-1\n{key} = {first}\noutput = json\n{lower} = {second}\n"
        ));
        let words = [
            "profile my has two values",
            key,
            "line 5",
            "line 7",
            ".aws/config",
        ];
        refused(&other, "my", &words);
        // A section that is there twice is one section.
        let other = world(&format!(
            "[profile my]\n{lower} = {first}\n[profile x]\n[profile  my]\n{lower} = {second}\n"
        ));
        refused(
            &other,
            "my",
            &["profile my has two values", "line 4", "line 7"],
        );
        // No one else is held up by it.
        run(&other, "base").succeeds();
    }
}

#[test]
fn the_same_value_twice_is_fine_and_the_credentials_file_wins() {
    let world = world(
        "[profile me]\nrole_arn = $ROLE/readonly\nsource_profile = base\n[profile me]\n\
         role_arn = $ROLE/readonly\nregion = eu-west-1\nregion = eu-west-2",
    );
    world.write_credentials(&meant(
        "[base]\n$KEY\n[me]\nrole_arn = $ROLE/deployer\n[base]\n$KEY\n",
    ));
    assert_eq!(run(&world, "me").succeeds(), "me\n");
    let last = world.aws.journal().pop().unwrap();
    assert_eq!(last.role_arn, Some(format!("{ROLE}/deployer")));
}

#[test]
fn default_and_profile_default_are_not_two_people() {
    let cases = [
        (
            "[default]\nrole_arn = $ROLE/a\n[profile default]\nrole_arn = $ROLE/b\n",
            "line 4",
        ),
        (
            "[default]\nrole_arn = $ROLE/a\n[profile default]\nregion = eu-west-1\n",
            "[profile default] on line 5",
        ),
        (
            "[profile default]\nregion = eu-west-1\n[default]\nrole_arn = $ROLE/a\n",
            "[profile default] on line 3",
        ),
    ];
    for (config, words) in cases {
        let world = world(config);
        world.write_credentials(&meant("[base]\n$KEY\n[default]\n$KEY\n"));
        refused(&world, "default", &["role_arn", words]);
    }
}

#[test]
fn what_nobody_sees_is_named() {
    let cases = [
        (
            "[profile me]\nsource_profile = base\n\u{200b}role_arn = $ROLE/deployer",
            "U+200B",
            "line 5",
        ),
        (
            "[profile me]\nsource_profile = base\nrole_arn\u{feff} = $ROLE/deployer",
            "U+FEFF",
            "line 5",
        ),
        (
            "[profile me]\nsource_profile = base\u{2060}\nrole_arn = $ROLE/deployer",
            "U+2060",
            "line 4",
        ),
        (
            "[profile me]\nsource_profile = base\nrole_arn = $ROLE/dep\u{200d}loyer",
            "U+200D",
            "line 5",
        ),
        (
            "[profile me]\nsource_profile = base\nrole_arn = $ROLE/a\u{a0}b",
            "U+00A0",
            "line 5",
        ),
        (
            "[profile\u{a0}me]\nrole_arn = $ROLE/deployer",
            "U+00A0",
            "line 3",
        ),
        (
            "[profile me\u{200b}]\nrole_arn = $ROLE/deployer",
            "U+200B",
            "line 3",
        ),
        (
            "[pro\u{ad}file me]\nrole_arn = $ROLE/deployer",
            "U+00AD",
            "line 3",
        ),
        (
            "\u{feff}[profile me]\nrole_arn = $ROLE/deployer",
            "U+FEFF",
            "line 3",
        ),
    ];
    for (config, point, line) in cases {
        let world = world(config);
        refused(&world, "me", &[point, line, ".aws/config"]);
    }
    let world = World::new();
    world.write_credentials(&meant("[me]\n\u{200b}$KEY\n"));
    refused(
        &world,
        "me",
        &["U+200B", "aws_access_key_id", "credentials, line 2"],
    );
    world.write_credentials(&meant("[me\u{200b}]\n$KEY\n"));
    refused(&world, "me", &["no profile me", "line 1", "U+200B"]);
    // A name that has such a character and is chosen by it is a name.
    let name = "\u{1f469}\u{200d}\u{1f4bb}";
    world.write_config(&format!(
        "[profile {name}]\nmfa_serial = {SERIAL}\n[profile my]\nsource_profile = {name}\n"
    ));
    world.write_credentials(&meant(&format!("[{name}]\n$KEY\n")));
    run(&world, name).succeeds();
    run(&world, "my").succeeds();
}

#[test]
fn utf_16_is_called_by_its_name() {
    let world = World::new();
    for (mark, encode) in [
        ([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ([0xfe, 0xff], u16::to_be_bytes),
    ] {
        let text = "[profile me]\n".encode_utf16().flat_map(encode);
        let bytes: Vec<u8> = mark.into_iter().chain(text).collect();
        world.write(".aws/config", bytes);
        refused(&world, "testuser", &["UTF-16", "save the file as UTF-8"]);
    }
}

#[test]
fn a_role_is_assumed_with_the_profiles_own_key() {
    let world = World::new();
    world.write_config(&meant(
        "[profile common]\nmfa_serial = $SERIAL\nregion = us-east-2\n\
         [profile dev]\ninclude_profile = common\nrole_arn = $ROLE/deployer\n",
    ));
    world.write_credentials(&meant("[dev]\n$KEY\n"));
    assert_eq!(run(&world, "dev").succeeds(), "dev\n");
    let calls: Vec<_> = world.aws.journal().into_iter().collect();
    assert_eq!(calls[0].action, "GetSessionToken");
    assert_eq!(calls[1].action, "GetCallerIdentity");
    assert_eq!(calls[2].role_arn, Some(format!("{ROLE}/deployer")));
    world.write_credentials("");
    let error = world
        .run(&["-p", "dev", "--fresh", "--", "true"])
        .fails(125);
    has(
        &error,
        &[
            "nothing says whose keys assume its role",
            "add source_profile",
        ],
    );
}
