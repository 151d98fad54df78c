//! Command lines that make no sense have a remedy that does, with the profile, the options and the
//! command that were typed.

use crate::harness::{SERIAL, World, finish, has};

const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";

/// The remedy of what was typed, without the question before it.
fn remedy(world: &World, typed: &[&str]) -> String {
    let said = world.run(typed);
    assert!(matches!(said.code, Some(125 | 2)), "{said:?}");
    let code = said.code.unwrap();
    let error = said.fails(code);
    let line = error.split("  remedy: ").nth(1).unwrap().trim_end();
    match line.split_once("? ") {
        Some((guess, line)) if guess.starts_with("did you mean ") => line.to_owned(),
        _ => line.to_owned(),
    }
}

/// A world with profiles whose names are like other words.
fn world() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile 'two words']\nsource_profile = testuser\nrole_arn = {ROLE}\n\
         [profile deploy]\nsource_profile = testuser\nrole_arn = {ROLE}\n\
         [profile sh]\nsource_profile = testuser\nrole_arn = {ROLE}\n"
    ));
    world
}

#[track_caller]
fn means(world: &World, rows: &[(&[&str], &str)]) {
    for (typed, line) in rows {
        assert_eq!(remedy(world, typed), *line, "{typed:?}");
    }
}

#[test]
fn a_profile_without_its_option_is_not_lost() {
    means(
        &world(),
        &[
            (
                &["exec", "testuser", "--", "aws", "s3", "ls"],
                "mfaexec -p testuser -- aws s3 ls",
            ),
            (
                &["exec", "testuser", "true", "x"],
                "mfaexec -p testuser -- true x",
            ),
            (&["exec", "testuser"], "mfaexec shell -p testuser"),
            (&["rotate", "testuser"], "mfaexec keys rotate -p testuser"),
            (
                &["keys", "rotate", "testuser"],
                "mfaexec keys rotate -p testuser",
            ),
            (
                &["exec", "-d", "1h", "deploy", "--", "true", "a b"],
                "mfaexec -d 1h -p deploy -- true 'a b'",
            ),
            (
                &["exec", "-p", "deploy", "--", "true"],
                "mfaexec -p deploy -- true",
            ),
            // The user who types it knows what the name is, whether it exists or not.
            (&["exec", "prod", "--", "true"], "mfaexec -p prod -- true"),
            (&["prod", "--", "true"], "mfaexec -p prod -- true"),
            (&["testuser", "--", "true"], "mfaexec -p testuser -- true"),
            (&["tesuser", "--", "true"], "mfaexec -p testuser -- true"),
            (
                &["two words", "--", "true"],
                "mfaexec -p 'two words' -- true",
            ),
            (
                &["testuser", "true", "-x"],
                "mfaexec -p testuser -- true -x",
            ),
            (
                &["testuser", "-d", "1h", "--", "true"],
                "mfaexec -p testuser -d 1h -- true",
            ),
            (&["testuser"], "mfaexec shell -p testuser"),
            (&["testuser", "shell"], "mfaexec -p testuser shell"),
            (&["-p", "testuser"], "mfaexec shell -p testuser"),
            (&["-p", "testuser", "--"], "mfaexec shell -p testuser"),
            (
                &["--fresh", "-p", "deploy"],
                "mfaexec shell --fresh -p deploy",
            ),
            (
                &["-p", "testuser", "deploy", "--", "true"],
                "mfaexec -p deploy -- true",
            ),
            (&["shell", "testuser"], "mfaexec shell -p testuser"),
            (
                &["-d", "1h", "shell", "deploy"],
                "mfaexec -d 1h shell -p deploy",
            ),
            (&["login", "testuser"], "mfaexec login -p testuser"),
            (
                &["login", "testusr", "--fresh"],
                "mfaexec login -p testuser --fresh",
            ),
            (
                &["status", "--json", "deploy"],
                "mfaexec status --json -p deploy",
            ),
            (&["clear", "deploy"], "mfaexec clear -p deploy"),
            (&["explain", "two words"], "mfaexec explain -p 'two words'"),
        ],
    );
}

#[test]
fn a_command_in_the_wrong_place_is_not_lost() {
    means(
        &world(),
        &[
            (
                &["nosuch", "-p", "testuser", "--", "true"][..],
                "mfaexec -p testuser -- true",
            ),
            (
                &["-p", "testuser", "aws", "s3", "ls"],
                "mfaexec -p testuser -- aws s3 ls",
            ),
            (
                &["login", "-p", "testuser", "--", "true", "x"],
                "mfaexec -p testuser -- true x",
            ),
            (
                &["shell", "testuser", "--", "true"],
                "mfaexec -p testuser -- true",
            ),
            (
                &["shell", "-p", "testuser", "--", "zsh"],
                "mfaexec shell -p testuser --shell zsh",
            ),
            (&["shell", "zsh"], "mfaexec shell --shell zsh"),
            (
                &["explain", "-p", "testuser", "--", "true"],
                "mfaexec explain -p testuser",
            ),
            // A `--` of the command's own.
            (
                &["-p", "testuser", "kubectl", "exec", "pod", "--", "ls"],
                "mfaexec -p testuser -- kubectl exec pod -- ls",
            ),
            (
                &["-p", "testuser", "env", "--", "true"],
                "mfaexec -p testuser -- env -- true",
            ),
            (
                &["-p", "testuser", "run", "--", "aws", "s3 ls"],
                "mfaexec -p testuser -- aws 's3 ls'",
            ),
            // A profile that is called as a program is.
            (&["sh", "-c", "true"], "mfaexec -- sh -c true"),
            (&["sh", "--", "true"], "mfaexec -p sh -- true"),
        ],
    );
}

#[test]
fn words_of_other_tools_have_a_meaning() {
    means(
        &world(),
        &[
            (&["list"], "mfaexec status"),
            (&["ls"], "mfaexec status"),
            (&["ls", "-l", "/tmp"], "mfaexec -- ls -l /tmp"),
            (&["--list"], "mfaexec status"),
            (&["list", "--json"], "mfaexec status --json"),
            (&["logout"], "mfaexec clear"),
            (&["logout", "testuser"], "mfaexec clear -p testuser"),
            (
                &["--fresh", "logout", "-p", "testuser"],
                "mfaexec clear -p testuser",
            ),
            (&["clear", "all"], "mfaexec clear"),
            (&["login", "status"], "mfaexec status"),
            (&["diagnose", "testuser"], "mfaexec doctor -p testuser"),
            (&["check", "-p", "testuser"], "mfaexec doctor -p testuser"),
            // env without a command would show the keys.
            (&["-p", "testuser", "env"], "mfaexec -p testuser shell"),
            (&["env", "testuser"], "mfaexec shell -p testuser"),
            (&["env", "A=1", "true"], "mfaexec -- env A=1 true"),
            (
                &["export-credentials", "-p", "testuser"],
                "mfaexec export -p testuser",
            ),
            (
                &["whoami", "testuser"],
                "mfaexec -p testuser -- aws sts get-caller-identity",
            ),
            (&["assume", "deploy"], "mfaexec shell -p deploy"),
            (
                &["assume", ROLE],
                "mfaexec shell --role-arn arn:aws:iam::123456789012:role/deployer",
            ),
            (
                &["exec", "testuser", "8h", "--", "true"],
                "mfaexec -p testuser -d 8h -- true",
            ),
            (&["add", "new"], "aws configure --profile new"),
            (&["version"], "mfaexec --version"),
            (&["completion", "zsh"], "mfaexec completions zsh"),
            (&["completion", "tcsh"], "mfaexec completions --help"),
            (&["uninstall"], "mfaexec clear"),
            (&["run", "aws", "s3", "ls"], "mfaexec -- aws s3 ls"),
            (
                &["setup", "credential-process", "testuser"],
                "mfaexec setup credential-process -p testuser",
            ),
        ],
    );
}

#[test]
fn a_code_is_in_no_remedy() {
    let world = world();
    for typed in [
        &["exec", "testuser", "-c", "123456", "--", "true"][..],
        &["exec", "testuser", "--code=123456", "--", "true"],
        &["-qc123456", "logn"],
        &["login", "testuser", "123456"],
        &["-p", "testuser", "--code", "123456"],
        &["--frsh", "-c", "123456", "--", "true"],
    ] {
        let error = world.run(typed).stderr;
        let shown = error.replace("unexpected argument '123456' found", "");
        assert!(!shown.contains("123456"), "{typed:?}: {error}");
    }
}

#[test]
fn what_the_remedy_says_works() {
    let world = world();
    world.sign_in(&[]);
    for typed in [
        &["exec", "testuser", "--", "test", "a b", "=", "a b"][..],
        &["testuser", "--", "true"],
        &["exec", "testuser", "-d", "1h", "--no-input", "--", "true"],
        &["shell", "testuser", "--shell", "true"],
        &["statsu", "-p", "testuser"],
        &["--frsh", "login", "-p", "testuser", "--help"],
        &["login", "deploy"],
        &["version"],
        &["completion", "bash"],
        &["autocomplete"],
        &["docs"],
    ] {
        let line = remedy(&world, typed);
        let said = finish(world.program("/bin/sh").args(["-c", &line]));
        assert_eq!(said.code, Some(0), "{line}: {said:?}");
    }
}

#[test]
fn an_option_of_another_subcommand_is_found_there() {
    let world = World::new();
    let error = world.run(&["login", "--json"]).fails(2);
    has(
        &error,
        &[
            "profiles, status, explain, mfa, keys, regions and doctor have it",
            "see: mfaexec login --help",
        ],
    );
    let error = world.run(&["--profle", "a b", "--", "true"]).fails(125);
    has(
        &error,
        &["did you mean --profile? mfaexec --profile 'a b' -- true"],
    );
    let error = world.run(&["login", "--cache=encryptd"]).fails(2);
    has(
        &error,
        &["did you mean encrypted? mfaexec login --cache=encrypted"],
    );
}

#[test]
fn an_option_of_another_tool_is_found_by_what_it_is() {
    let world = world();
    means(
        &world,
        &[
            (
                &["--role", ROLE, "--", "true"],
                "mfaexec --role-arn arn:aws:iam::123456789012:role/deployer -- true",
            ),
            (
                &["login", "--assume-role", ROLE],
                "mfaexec login --role-arn arn:aws:iam::123456789012:role/deployer",
            ),
            (&["--ttl=8h", "--", "true"], "mfaexec --duration=8h -- true"),
            (&["--for", "8h", "--", "true"], "mfaexec -d 8h -- true"),
            (
                &["--mfa", SERIAL, "--", "true"],
                &format!("mfaexec --mfa-serial {SERIAL} -- true"),
            ),
            (
                &["--min", "1h", "--", "true"],
                "mfaexec --min-ttl 1h -- true",
            ),
            (&["--debug", "--", "true"], "mfaexec --verbose -- true"),
            (&["--clear"], "mfaexec clear"),
            (&["--status"], "mfaexec status"),
            (&["--zzzz", "--", "true"], "see: mfaexec --help"),
            // A code is a secret as long as it was not used.
            (&["--mfa", "123456", "--", "true"], "Or see: mfaexec --help"),
            (&["--otp", "123456", "--", "true"], "Or see: mfaexec --help"),
        ],
    );
    let error = world.run(&["--otp", "123456", "--", "true"]).fails(125);
    has(&error, &["did you mean --code?"]);
}
