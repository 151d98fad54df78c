//! The config files, as they are met in the wild, and which profile is chosen.

use std::fs;

use crate::harness::{SERIAL, Said, World, finish, has};

const ID: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Signs in with `profile` and gives the region that the command sees.
fn region(world: &World, profile: &str) -> String {
    let code = world.code();
    let arguments = [
        "-p",
        profile,
        "--fresh",
        "-c",
        &code,
        "--",
        "printenv",
        "AWS_REGION",
    ];
    world.run(&arguments).succeeds().trim().to_owned()
}

/// A world whose files are these, with the story's keys in the credentials section `[name]`.
fn world(name: &str, config: &str) -> World {
    let world = World::new();
    world.write_config(&config.replace("SERIAL", SERIAL));
    world.write_credentials(&format!("[{name}]\n{ID}\n{SECRET}\n"));
    world
}

#[test]
fn files_that_the_aws_cli_reads_are_read() {
    let cases = [
        (
            "indented as a whole",
            "me",
            "  [profile me]\n  mfa_serial = SERIAL\n  region = eu-west-1\n",
        ),
        (
            "properties indented",
            "me",
            "[profile me]\n    mfa_serial = SERIAL\n    region = eu-west-1\n",
        ),
        (
            "indented comment after a property",
            "me",
            "[profile me]\nregion = eu-west-1\n  # a note\n  ; another\nmfa_serial = SERIAL\n",
        ),
        (
            "indented comment after a section",
            "me",
            "[profile me]\n  # a note\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "quoted name",
            "a b",
            "[profile \"a b\"]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "single quotes",
            "a b",
            "[profile 'a b']\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "a percent sign",
            "a%20b",
            "[profile a%20b]\nregion=eu-west-1\nmfa_serial=SERIAL\n",
        ),
        (
            "a byte-order mark",
            "me",
            "\u{feff}[profile me]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "CRLF",
            "me",
            "[profile me]\r\nregion = eu-west-1\r\nmfa_serial = SERIAL\r\n",
        ),
        (
            "colons",
            "me",
            "[profile me]\nregion: eu-west-1\nmfa_serial: SERIAL\n",
        ),
        (
            "capitals in keys",
            "me",
            "[profile me]\nRegion = eu-west-1\nMFA_Serial = SERIAL\n",
        ),
        (
            "a property twice",
            "me",
            "[profile me]\nregion=x\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "a section twice",
            "me",
            "[profile me]\nregion = x\n[profile me]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "one profile spelt with one blank and with two",
            "me",
            "[profile me]\nregion = x\n[profile  me]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "groups of settings",
            "me",
            "[profile me]\ns3 =\n  max_concurrent_requests = 20\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "profile default before default",
            "default",
            "[default]\nregion = x\n[profile default]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "settings of nobody, with what looks like a comment",
            "me",
            "[profile me]\nodd key ;or = x\n  below\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "a section without a name",
            "me",
            "[profile \"\"]\nregion = x\n[profile me]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
        (
            "sections of others",
            "me",
            "[plugins]\nx = y\n[preview]\n[profile me]\nregion = eu-west-1\nmfa_serial = SERIAL\n",
        ),
    ];
    for (what, name, config) in cases {
        let world = world(name, config);
        assert_eq!(region(&world, name), "eu-west-1", "{what}");
        assert_eq!(
            world.code_calls()[0].serial_number.as_deref(),
            Some(SERIAL),
            "{what}"
        );
    }
}

#[test]
fn the_winner_is_the_same_in_every_run() {
    let config = "[profile me]\nregion = eu-west-1\n[profile  me]\nregion = eu-west-2\n\
                  [profile   me]\nregion = eu-west-3\nmfa_serial = SERIAL\n";
    let world = world("me", config);
    world.sign_in_as("me");
    for _ in 0..20 {
        let run = world.run(&["-p", "me", "--no-input", "--", "printenv", "AWS_REGION"]);
        assert_eq!(run.succeeds(), "eu-west-3\n");
    }
}

#[test]
fn a_line_that_makes_no_sense_is_named_with_path_and_line() {
    let cases = [
        ("[profile me]\nregion = x\nnonsense\n", "line 3"),
        ("[profile me]\ns3 = # none\n  a # = b\n", "line 3"),
        ("[profile me\nregion = x\n", "line 1"),
        ("\n\nregion = x\n", "line 3"),
        ("[profile me]\n= x\n", "line 2"),
        ("[profile me]\ns3 =\n  nonsense\n", "line 3"),
    ];
    for (config, line) in cases {
        let world = world("me", config);
        let error = world
            .run(&["-p", "me", "-c", "123456", "--", "true"])
            .fails(125);
        has(&error, &[".aws/config", line]);
    }
    let world = World::new();
    world.write(".aws/config", b"[profile me]\nregion = \xff\n");
    has(
        &world.run(&["--", "true"]).fails(125),
        &[".aws/config", "line 2", "UTF-8"],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_a_missing_one_is_empty() {
    let world = World::new();
    let path = world.home().join(".aws/config");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    has(
        &world.run(&["--", "true"]).fails(125),
        &["cannot read", ".aws/config", "directory"],
    );
    fs::remove_dir(&path).unwrap();
    let error = world.run(&["--", "true"]).fails(125);
    has(&error, &["no profile was chosen", "otheruser"]);
    let mut command = world.mfaexec(&["--", "true"]);
    command.env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/file");
    has(
        &finish(&mut command).fails(125),
        &["there are no profiles in", "/nonexistent/file"],
    );
}

#[test]
fn files_are_found_where_the_variables_say() {
    let world = World::new();
    world.write(
        "other/config",
        format!("[profile me]\nmfa_serial = {SERIAL}\nregion=eu-north-1\n"),
    );
    world.write("other/keys", format!("[me]\n{ID}\n{SECRET}\n"));
    let code = world.code();
    let mut command = world.mfaexec(&["-p", "me", "-c", &code, "--", "printenv", "AWS_REGION"]);
    command.env("AWS_CONFIG_FILE", "~/other/config");
    command.env(
        "AWS_SHARED_CREDENTIALS_FILE",
        world.home().join("other/keys"),
    );
    assert_eq!(finish(&mut command).succeeds(), "eu-north-1\n");
    // Empty is unset.
    let mut command = world.mfaexec(&["-p", "testuser", "--no-input", "--", "true"]);
    command
        .env("AWS_CONFIG_FILE", "")
        .env("AWS_SHARED_CREDENTIALS_FILE", "");
    finish(&mut command).succeeds();
}

#[test]
fn the_profile_is_chosen_in_order() {
    let world = World::new();
    let chosen = |options: &[&str], variables: &[(&str, &str)]| -> String {
        let mut command = world.mfaexec(options);
        let said = finish(
            command
                .args(["--no-input", "--", "true"])
                .envs(variables.iter().copied()),
        );
        let error = said.fails(125);
        let start = error
            .find("there is no profile ")
            .expect("an unknown profile");
        error[start + 20..].split(' ').next().unwrap().to_owned()
    };
    let all = [
        ("AWS_PROFILE", "b"),
        ("AWS_DEFAULT_PROFILE", "c"),
        ("MFAEXEC_PROFILE", "d"),
    ];
    assert_eq!(chosen(&["-p", "a"], &all), "a");
    assert_eq!(chosen(&[], &all), "b");
    assert_eq!(chosen(&[], &all[1..]), "c");
    assert_eq!(chosen(&[], &all[2..]), "d");
    assert_eq!(
        chosen(&[], &[("AWS_PROFILE", ""), all[1]]),
        "c",
        "empty is unset"
    );
    let default = self::world(
        "default",
        "[default]\nmfa_serial = SERIAL\nregion = eu-west-1\n",
    );
    let code = default.code();
    default.run(&["-c", &code, "--", "true"]).succeeds();
    has(&world.run(&["-p", "", "--", "true"]).fails(125), &["empty"]);
}

#[test]
fn an_unknown_profile_names_near_ones() {
    let world = World::new();
    let error = world.run(&["-p", "testusr", "--", "true"]).fails(125);
    has(
        &error,
        &[
            "there is no profile testusr",
            "did you mean testuser?",
            "otheruser",
        ],
    );
    let error = world.run(&["-p", "Testuser", "--", "true"]).fails(125);
    has(&error, &["did you mean testuser?"]);
    assert!(world.aws.journal().is_empty());
}

#[test]
fn a_section_that_does_not_count_says_why() {
    let world = World::new();
    world.write_config("[me]\nregion = x\n[profile a b]\nregion = y\n");
    let error = world.run(&["-p", "me", "--", "true"]).fails(125);
    has(&error, &["line 1", "[profile me]"]);
    let error = world.run(&["-p", "a b", "--", "true"]).fails(125);
    has(&error, &["line 3", "[profile \"a b\"]"]);
    world.write_credentials(&format!("[profile me]\n{ID}\n{SECRET}\n"));
    world.write_config("");
    has(
        &world.run(&["-p", "me", "--", "true"]).fails(125),
        &["line 1", "[me]"],
    );
}

#[test]
fn the_credentials_file_wins_per_property() {
    let world = World::new();
    world.write_config(&format!(
        "[profile me]\n{SECRET}\naws_access_key_id = AKIAWRONG00000000000\nmfa_serial = {SERIAL}\n"
    ));
    world.write_credentials(&format!("[me]\n{ID}\nregion = eu-west-1\n"));
    assert_eq!(region(&world, "me"), "eu-west-1");
}

#[test]
fn the_endpoint_order_is_the_sdks() {
    let there = World::new();
    let nowhere = "http://127.0.0.1:1";
    let url = there.aws.url();
    let config = |profile: &str, services: &str| {
        format!(
            "[profile testuser]\nmfa_serial = {SERIAL}\nendpoint_url = {profile}\nservices = s\n\
             [services s]\nsts =\n  endpoint_url = {services}\n"
        )
    };
    let works = |config: &str, variables: &[(&str, &str)]| -> Said {
        there.write_config(config);
        let code = there.code();
        let mut command = there.mfaexec(&["login", "--fresh", "-p", "testuser", "-c", &code]);
        command.env_remove("AWS_ENDPOINT_URL");
        finish(command.envs(variables.iter().copied()))
    };
    let (sts, all) = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL");
    works(&config(nowhere, nowhere), &[(sts, &url), (all, nowhere)]).succeeds();
    works(&config(nowhere, nowhere), &[(all, &url)]).succeeds();
    works(&config(nowhere, &url), &[]).succeeds();
    works(
        &format!("[profile testuser]\nmfa_serial = {SERIAL}\nendpoint_url = {url}\n"),
        &[],
    )
    .succeeds();
    has(
        &works(&config(&url, nowhere), &[]).fails(1),
        &["cannot reach STS", nowhere],
    );
    let ignore = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    // Then it is AWS's own endpoint, behind a proxy that is not there.
    has(
        &works(&config(&url, &url), &[ignore]).fails(1),
        &["cannot reach STS", "us-east-1"],
    );
}

#[test]
fn an_endpoint_that_would_show_the_session_is_refused() {
    let world = World::new();
    for (url, words) in [
        ("http://192.0.2.1", "plain http"),
        ("http://sts.example.com", "plain http"),
        ("ftp://127.0.0.1", "not an http or https URL"),
        ("nonsense", "not"),
    ] {
        let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
        let error = finish(command.env("AWS_ENDPOINT_URL_STS", url)).fails(125);
        has(&error, &[words, "AWS_ENDPOINT_URL_STS"]);
    }
    let mut command = world.mfaexec(&["-p", "testuser", "-c", "123456", "--", "true"]);
    let error = finish(command.env("AWS_USE_FIPS_ENDPOINT", "true")).fails(125);
    has(&error, &["FIPS or dualstack"]);
}
