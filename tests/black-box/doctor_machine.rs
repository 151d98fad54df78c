//! What `mfaexec doctor` finds on the machine: files, cache, lock, completions, variables.

use std::fs;
use std::os::unix::fs::symlink;

use crate::doctor::{Checks, doctor, healthy, make_healthy, mode};
use crate::harness::{SERIAL, World, eventually, finish, has, terminal};

#[test]
fn files_that_others_can_read_or_change() {
    let world = healthy();
    for (path, bits, name, parts) in [
        (
            ".aws/credentials",
            0o644,
            "credentials_file",
            ["failed: others can read", "chmod 600 "],
        ),
        (
            ".aws/credentials",
            0o620,
            "credentials_file",
            ["failed: others can change", "chmod go-w "],
        ),
        (".aws/config", 0o644, "config_file", ["ok: ", "1 profile"]),
        (
            ".aws/config",
            0o664,
            "config_file",
            ["warning: your group can change", "chmod g-w "],
        ),
        (
            ".aws/config",
            0o666,
            "config_file",
            ["failed: others can change", "chmod go-w "],
        ),
        (
            ".aws",
            0o777,
            "config_file",
            ["failed: others can exchange", "chmod go-w "],
        ),
    ] {
        mode(&world, path, bits);
        Checks::of_testuser(&world).has(name, &parts);
        make_healthy(&world);
    }
    // Keys in the config file are keys all the same.
    let config = fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let key =
        "[profile more]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = x\n";
    world.write_config(&(config + key));
    mode(&world, ".aws/config", 0o644);
    Checks::of_testuser(&world).has("config_file", &["failed: others can read the keys"]);
}

#[test]
fn links_and_files_elsewhere() {
    let world = healthy();
    let real = world.home().join("synced/credentials");
    fs::create_dir(world.home().join("synced")).unwrap();
    fs::rename(world.home().join(".aws/credentials"), &real).unwrap();
    symlink(&real, world.home().join(".aws/credentials")).unwrap();
    let checks = Checks::of_testuser(&world);
    checks.has(
        "credentials_file",
        &["ok: ", "a link to ", "synced/credentials"],
    );
    mode(&world, "synced", 0o777);
    Checks::of_testuser(&world).has("credentials_file", &["failed: ", "synced"]);

    let mut command = doctor(&world, &["-p", "testuser"]);
    let checks = Checks::of(command.env("AWS_CONFIG_FILE", "/nonexistent/config"));
    checks.has("config_file", &["warning: ", "AWS_CONFIG_FILE names it"]);
}

#[test]
fn copies_of_the_credentials_file() {
    let world = healthy();
    world.write(
        ".aws/credentials.mfaexec-backup",
        "[a]\nAWS_SECRET_ACCESS_KEY = x\n",
    );
    world.write(".aws/credentials.notes", "nothing\n");
    let checks = Checks::of_testuser(&world);
    checks.has(
        "copies_of_keys",
        &["warning: ", "credentials.mfaexec-backup has keys", "rm "],
    );
    checks.are_ok_but(&["copies_of_keys"]);
}

#[test]
fn the_cache_and_what_is_left_in_it() {
    let world = healthy();
    mode(&world, ".cache/mfaexec", 0o755);
    Checks::of_testuser(&world).has("cache", &["failed: ", "others have access", "chmod 700"]);
    mode(&world, ".cache/mfaexec", 0o700);
    let left = world.write(".cache/mfaexec/.new-0123456789abcdef", "x");
    Checks::of_testuser(&world).are("ok", &["leftovers"]);
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options()
        .write(true)
        .open(&left)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    Checks::of_testuser(&world).has("leftovers", &["warning: ", ": 1"]);
    assert!(left.exists(), "nothing is changed");
}

#[test]
fn who_holds_the_lock() {
    let world = World::new();
    make_healthy(&world);
    let mut shell = world.program("/bin/sh");
    shell.args(["-c", "echo \"process $$.\"; exec mfaexec login -p testuser"]);
    let mut question = terminal(shell);
    question.exp_string("process ").unwrap();
    let pid = question.exp_string(".").unwrap();
    question.exp_string("MFA code: ").unwrap();
    let checks = Checks::of_testuser(&world);
    checks.has(
        "lock",
        &[
            "warning: ",
            &format!("process {pid} is signing in"),
            "kill ",
        ],
    );
    question.send_control('c').unwrap();
    question.exp_eof().unwrap();
    eventually("the lock is free", || {
        let said = doctor(&world, &["-p", "testuser"]).output().unwrap();
        String::from_utf8_lossy(&said.stdout).contains("no sign-in is under way")
    });
}

#[test]
fn completions_and_man_page() {
    let world = healthy();
    let place = world
        .home()
        .join(".local/share/bash-completion/completions/mfaexec");
    fs::write(&place, "# of yesterday\n").unwrap();
    let checks = Checks::of_testuser(&world);
    checks.has(
        "completions_of_bash",
        &[
            "warning: ",
            "of another version",
            "mfaexec completions bash > ",
        ],
    );
    fs::remove_file(&place).unwrap();
    fs::remove_dir_all(world.home().join(".local/share/man")).unwrap();
    let checks = Checks::of_testuser(&world);
    checks.has(
        "completions_of_bash",
        &["warning: bash completes no options", "mkdir -p "],
    );
    checks.has("man_page", &["warning: man finds no page"]);
    remedied(&world, "remedy: mfaexec man --into ");
    Checks::of_testuser(&world).has("man_page", &["ok: "]);
    world.write(".local/share/man/man1/mfaexec-keys.1", "of yesterday");
    let checks = Checks::of_testuser(&world);
    checks.has("man_page", &["warning: ", "mfaexec-keys.1 is of another"]);
    remedied(&world, "remedy: mfaexec man --into ");
    Checks::of_testuser(&world).has("man_page", &["ok: "]);

    remedied(&world, "remedy: mkdir -p ");
    Checks::of_testuser(&world).are("ok", &["completions_of_bash"]);

    for shell in ["zsh", "fish", "nu"] {
        let mut command = doctor(&world, &["-p", "testuser"]);
        let checks = Checks::of(command.env("SHELL", format!("/usr/bin/{shell}")));
        checks.are("warning", &[&format!("completions_of_{shell}")]);
    }
    let pages = world.home().join(".local/share/man/man1");
    fs::remove_dir_all(pages).unwrap();
    world.write(".local/share/man/man1/mfaexec.1.gz", "x");
    Checks::of_testuser(&world).has("man_page", &["ok: ", "compressed"]);
}

/// Types the remedy that begins so: it does what it says.
fn remedied(world: &World, beginning: &str) {
    let said = doctor(world, &["-p", "testuser"]).output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    let line = text.lines().find(|line| line.contains(beginning));
    let remedy = line.unwrap_or_else(|| panic!("{text}")).trim();
    let remedy = remedy.trim_start_matches("remedy: ");
    let mut shell = world.program("/bin/sh");
    finish(shell.args(["-c", remedy])).succeeds();
}

#[test]
fn variables_in_the_way() {
    let world = healthy();
    for (name, value, parts) in [
        (
            "AWS_CA_BUNDLE",
            "/nonexistent.pem",
            ["failed: AWS_CA_BUNDLE names a file", "unset AWS_CA_BUNDLE"],
        ),
        (
            "AWS_PROFILE",
            "gone",
            [
                "warning: AWS_PROFILE names a profile that is not there",
                "unset AWS_PROFILE",
            ],
        ),
        (
            "AWS_PROFILE",
            "otheruser",
            ["warning: AWS_PROFILE names another profile", "otheruser"],
        ),
        (
            "AWS_MFA_SERIAL",
            "GAHT12345678",
            [
                "warning: AWS_MFA_SERIAL comes before",
                "unset AWS_MFA_SERIAL",
            ],
        ),
        (
            "MFAEXEC_CODE",
            "123456",
            ["warning: MFAEXEC_CODE is set", "unset MFAEXEC_CODE"],
        ),
        (
            "BASH_FUNC_aws%%",
            "() { :; }",
            ["warning: bash has a function aws", "unset -f aws"],
        ),
    ] {
        let checks = Checks::of(doctor(&world, &["-p", "testuser"]).env(name, value));
        checks.has("variables", &parts);
    }
}

#[test]
fn credentials_that_others_would_use() {
    let world = healthy();
    for (name, value, part) in [
        (
            "AWS_ACCESS_KEY_ID",
            "AKIAEXAMPLEEXAMPLE00",
            "the key AKIAEXAMPLEEXAMPLE00 is in the environment",
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://127.0.0.1:1/",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ),
        (
            "AWS_BEARER_TOKEN_BEDROCK",
            "bearer",
            "AWS_BEARER_TOKEN_BEDROCK",
        ),
    ] {
        let checks = Checks::of(doctor(&world, &["-p", "testuser"]).env(name, value));
        checks.has("other_credentials", &["warning: ", part, "unset "]);
    }
    let keys = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&format!(
        "{keys}[default]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = x\n"
    ));
    let checks = Checks::of_testuser(&world);
    checks.has(
        "other_credentials",
        &["warning: [default] has a long-term key", "line "],
    );
    // A temporary one has an end, and is no long-term key.
    let keys = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    world.write_credentials(&(keys + "aws_session_token = x\n"));
    Checks::of_testuser(&world).are("ok", &["other_credentials"]);
}

#[test]
fn aliases_of_the_aws_cli() {
    let world = healthy();
    world.write(
        ".aws/cli/alias",
        "[toplevel]\nwho = sts get-caller-identity\n",
    );
    Checks::of_testuser(&world).are_ok_but(&[]);
    world.write(
        ".aws/cli/alias",
        "[toplevel]\nprod = s3 ls --profile prod\n",
    );
    let checks = Checks::of_testuser(&world);
    checks.has("aws_cli_aliases", &["warning: the alias prod", "line 2"]);
}

/// Inside an mfaexec shell, what it has set is in no one's way.
#[test]
fn inside_a_shell_with_a_session() {
    let world = healthy();
    let doctor = "SHELL=/bin/bash mfaexec doctor -p testuser -q";
    let mut shell = world.mfaexec(&["-p", "testuser", "--", "sh", "-c", doctor]);
    let said = shell.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout), "");
    assert!(said.status.success());
}

#[test]
fn a_machine_without_keyring() {
    let world = World::new();
    make_healthy(&world);
    let doctor = [
        "without_keyring",
        "EPERM",
        "mfaexec",
        "doctor",
        "-p",
        "testuser",
    ];
    let checks = Checks::of(&mut world.trouble(&doctor));
    checks.has(
        "keyring",
        &[
            "warning: sessions are kept in plain files",
            "there is no kernel keyring",
        ],
    );
}

/// A pipe can be read once.
#[test]
fn files_that_are_pipes() {
    let world = healthy();
    let script = "AWS_CONFIG_FILE=<(cat .aws/config) \
                  AWS_SHARED_CREDENTIALS_FILE=<(cat .aws/credentials) \
                  SHELL=/bin/bash mfaexec doctor -p testuser";
    let mut bash = world.program("/bin/bash");
    let said = finish(bash.args(["-c", script]));
    let text = said.succeeds();
    has(
        &text,
        &[
            "which is no plain file: 1 profile",
            "which is no plain file: 10 profiles",
        ],
    );
    assert!(!text.contains("! warning"), "{text}");
}

#[test]
fn what_gives_keys_and_codes_is_there() {
    let world = healthy();
    let sso = "[profile sso]\nsso_start_url = https://example.awsapps.com/start\nsso_region = \
               eu-central-1\nsso_account_id = 123456789012\nsso_role_name = reader\n";
    world.write_config(&format!(
        "{sso}[profile lent]\ncredential_process = /nonexistent/lend -x\n\
         [profile web]\nrole_arn = arn:aws:iam::123456789012:role/web\n\
         web_identity_token_file = /nonexistent/token\n\
         [profile testuser]\nmfa_serial = {SERIAL}\nmfa_process = no-such-oath \"--key secret\"\n"
    ));
    let of = |profile: &str| Checks::of(&mut doctor(&world, &["-p", profile]));
    of("lent").has(
        "credential_process",
        &["failed: there is no program /nonexistent/lend |"],
    );
    of("web").has("token_file", &["failed: ", "/nonexistent/token"]);
    of("testuser").has(
        "mfa_process",
        &["failed: there is no program no-such-oath |", "line "],
    );
    of("sso").has("sso_token", &["failed: ", "aws sso login"]);
    let token = |end: &str| {
        // SHA-1 of the start page.
        let name = "e8be5486177c5b5392bd9aa76563515b29358e6e";
        let path = format!(".aws/sso/cache/{name}.json");
        let token = format!(r#"{{"accessToken": "canary", "expiresAt": "{end}"}}"#);
        world.write(&path, token);
        of("sso")
    };
    token("2020-01-01T00:00:00Z").has(
        "sso_token",
        &["failed: ", "is over", "aws sso login --profile sso"],
    );
    token("2099-01-01T00:00:00Z").has("sso_token", &["ok: the token of aws sso login lasts "]);
}
