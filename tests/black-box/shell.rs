//! `mfaexec shell` in real shells: the user's own files first, the session on top of them, and
//! apart from the sign in the prompt a shell as any other.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use local_aws::Account;

use crate::harness::{SERIAL, World, finish, has};
use crate::screen::Screen;
use crate::shells::{BASH, Kind, in_each_shell};
use crate::skipping::needs;

in_each_shell!(
    the_users_files_come_first_and_the_session_on_top,
    keep_ps1_leaves_the_prompt_alone,
    another_profile_nests_and_the_same_one_does_not,
);

fn the_users_files_come_first_and_the_session_on_top(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let screen = kind.screen(&world, &["-p", "testuser"]);
    // From here on it may count down.
    screen.ends_with(&format!("(testuser 4h) {}", kind.prompt));
    let variable = |name: &str| kind.value(&screen, name);
    assert!(variable("AWS_ACCESS_KEY_ID").starts_with("ASIA"));
    assert_eq!(variable("AWS_REGION"), "eu-central-1");
    assert_eq!(variable("AWS_DEFAULT_REGION"), "eu-central-1");
    assert_eq!(variable("MFAEXEC_PROFILE"), "testuser");
    assert_eq!(variable("AWS_PROFILE"), "");
    assert_eq!(variable("MFAEXEC_RESTORE"), "");
    // What starship's `aws` module shows.
    assert_eq!(variable("AWSU_PROFILE"), "testuser");
    assert_eq!(
        variable("AWS_SESSION_EXPIRATION"),
        variable("AWS_CREDENTIAL_EXPIRATION")
    );
    assert_eq!(kind.run(&screen, "hello"), "hello from an alias");
    assert_eq!(kind.run(&screen, "greet you"), "hello you from a function");
    // What led the shell to mfaexec's files is as it was.
    assert_eq!(
        variable("ENV"),
        world.home().join(".shrc").to_str().unwrap()
    );
    assert_eq!(variable("ZDOTDIR"), "");
}

fn keep_ps1_leaves_the_prompt_alone(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let screen = kind.screen(&world, &["-p", "testuser", "--keep-ps1"]);
    screen.ends_with(kind.prompt);
    assert_eq!(kind.value(&screen, "MFAEXEC_PROFILE"), "testuser");
    assert_eq!(kind.value(&screen, "AWS_PROFILE"), "");
    screen.ends_with(kind.prompt);
    assert!(!screen.text().contains("(testuser"), "{}", screen.text());
}

fn another_profile_nests_and_the_same_one_does_not(kind: &Kind) {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         source_profile = testuser\nregion = us-west-2\n"
    ));
    world.sign_in(&[]);
    let screen = kind.screen(&world, &["-p", "testuser"]);
    screen.shows("(testuser ");
    let outer_key = kind.value(&screen, "AWS_ACCESS_KEY_ID");

    let said = kind.run(&screen, "mfaexec shell");
    has(
        &said,
        &["this is a shell of testuser already", "mfaexec login"],
    );
    if kind.name != "nu" {
        assert_eq!(kind.run(&screen, kind.status), "125");
    }

    screen.line("mfaexec shell -p deploy");
    screen.shows("(deploy ");
    assert_eq!(kind.value(&screen, "MFAEXEC_PROFILE"), "deploy");
    assert_eq!(kind.value(&screen, "AWSU_PROFILE"), "deploy");
    assert_eq!(kind.value(&screen, "AWS_REGION"), "us-west-2");
    assert_ne!(kind.value(&screen, "AWS_ACCESS_KEY_ID"), outer_key);
    let said = kind.run(&screen, "mfaexec shell");
    has(&said, &["this is a shell of deploy already"]);
    screen.line("exit");
    kind.at_prompt(&screen, "testuser");
    assert_eq!(kind.value(&screen, "AWS_ACCESS_KEY_ID"), outer_key);
    assert_eq!(kind.value(&screen, "AWS_REGION"), "eu-central-1");
}

#[test]
fn what_is_started_in_a_shell_is_not_the_shell() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    let screen = BASH.screen(&world, &["-p", "testuser"]);
    BASH.at_prompt(&screen, "testuser");
    // A run is no shell, whatever the profile.
    let inside = BASH.run(&screen, "mfaexec -- printenv MFAEXEC_SHELL AWSU_PROFILE");
    assert_eq!(inside, "");
    // A script that signs in wants a session and no new one.
    let script = "sh -c 'mfaexec login -p testuser --no-input; true'";
    has(&BASH.run(&screen, script), &["testuser: signed in until"]);
    // A shell in another one, as in a pane of a terminal multiplexer, is one of its own.
    let level = BASH.run(&screen, "echo $SHLVL");
    screen.line("bash -c 'mfaexec shell; true'");
    BASH.at_prompt(&screen, "testuser");
    let inner = BASH.run(&screen, "echo $SHLVL");
    assert!(inner.parse::<u32>().unwrap() > level.parse().unwrap());
    let said = BASH.run(&screen, "mfaexec shell");
    has(&said, &["this is a shell of testuser already"]);
}

#[test]
fn a_profile_with_the_same_session_is_another_profile() {
    needs!("tmux", "bash");
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\n\
         [profile west]\nsource_profile = testuser\nregion = us-west-2\n"
    ));
    world.sign_in(&[]);
    let screen = BASH.screen(&world, &["-p", "testuser"]);
    BASH.at_prompt(&screen, "testuser");
    screen.line("mfaexec shell -p west");
    BASH.at_prompt(&screen, "west");
    assert_eq!(BASH.value(&screen, "AWS_REGION"), "us-west-2");
    screen.line("mfaexec shell --region eu-north-1");
    screen.shows("mfaexec shell --region eu-north-1\n(west ");
    assert_eq!(BASH.value(&screen, "AWS_REGION"), "eu-north-1");
}

#[test]
fn a_shell_of_a_key_from_the_environment_says_that_it_cannot_renew() {
    needs!("tmux", "bash");
    let world = World::new();
    let account = Account::story();
    let user = account.user("testuser");
    let code = world.code();
    let mut command = BASH.at_home(&world);
    command
        .args(["shell", "-c", &code, "--mfa-serial", SERIAL])
        .env("AWS_ACCESS_KEY_ID", user.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", user.secret_access_key());
    let screen = Screen::start(&world, &command);
    BASH.at_prompt(&screen, user.access_key_id());
    assert_eq!(BASH.value(&screen, "AWSU_PROFILE"), user.access_key_id());
    let said = BASH.run(&screen, "mfaexec shell");
    has(
        &said,
        &[
            "this is a shell of AKIA",
            "already",
            "exit leaves the shell",
        ],
    );
    assert!(!said.contains("login"), "{said}");
}

#[test]
fn the_line_that_renews_can_be_typed() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    // A role by an option is seen, and a file is found from everywhere.
    world.write("policy.json", "{}");
    let role = "arn:aws:iam::123456789012:role/deployer";
    let policy = ["--role-arn", role, "--policy-file", "policy.json"];
    let mut command = BASH.at_home(&world);
    let screen = Screen::start(
        &world,
        command.args(["shell", "-p", "testuser"]).args(policy),
    );
    BASH.at_prompt(&screen, "testuser/deployer");
    let line = format!("mfaexec shell {}", policy.join(" "));
    let said = BASH.run(&screen, &line);
    let file = world.home().join("policy.json");
    let renew = format!("mfaexec login --policy-file {} --role-arn", file.display());
    let renew2 = format!("--policy-file {}", file.display());
    assert!(said.contains(&renew) || said.contains(&renew2), "{said}");
    // Nothing is kept: nothing can be renewed.
    let code = world.code();
    let options = ["-p", "testuser", "--cache", "none", "-c", &code];
    let screen = BASH.screen(&world, &options);
    BASH.at_prompt(&screen, "testuser");
    let said = BASH.run(&screen, "mfaexec shell --cache none");
    assert!(!said.contains("login"), "{said}");
}

#[test]
fn a_shell_that_is_not_known_starts_as_it_is() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    let other = world.write(
        "xonsh",
        "#!/bin/sh\necho its own: $MFAEXEC_PROFILE $#; exec sleep 60\n",
    );
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = world.mfaexec(&["shell", "-p", "testuser", "--shell"]);
    let screen = Screen::start(&world, command.arg(&other));
    screen.shows("its own: testuser 0");
    has(&screen.text(), &["xonsh is no shell that mfaexec knows"]);
}

#[test]
fn without_a_terminal_it_runs_what_comes() {
    needs!("bash", "zsh", "fish");
    let world = World::new();
    world.sign_in(&[]);
    // Files that these read in any case.
    world.write(".zshenv", "export AWS_PROFILE=theirs\n");
    world.write(".config/fish/config.fish", "set -gx AWS_PROFILE theirs\n");
    for shell in ["bash", "zsh", "fish"] {
        let script = format!(
            "echo 'printenv MFAEXEC_PROFILE AWS_PROFILE MFAEXEC_RESTORE' | \
             mfaexec shell -p testuser --shell {shell} 2>errors; cat errors"
        );
        let said = finish(world.program("/bin/sh").args(["-c", &script]));
        assert_eq!(said.stdout, "testuser\n", "{shell}");
    }
}

#[test]
fn a_shell_that_is_not_there_costs_no_code() {
    let world = World::new();
    let code = world.code();
    let error = world
        .run(&[
            "shell",
            "-p",
            "testuser",
            "-c",
            &code,
            "--shell",
            "no-such-shell",
        ])
        .fails(127);
    has(&error, &["no-such-shell: command not found"]);
    assert!(world.code_calls().is_empty());
}

#[test]
fn where_its_files_cannot_be_written_no_code_is_spent() {
    needs!("tmux", "bash");
    let world = World::new();
    world.write(".cache", "no directory");
    let code = world.code();
    let options = ["-p", "testuser", "--cache", "none", "-c", &code];
    let script = "\"$@\"; echo ended with $?; sleep 60";
    let mut shell = world.program("/bin/sh");
    shell.args(["-c", script, "sh", "mfaexec", "shell", "--shell", "bash"]);
    let screen = Screen::start(&world, shell.args(options));
    screen.shows("ended with 125");
    has(&screen.text(), &["remedy: ", "mfaexec [OPTIONS] -- bash"]);
    assert!(world.code_calls().is_empty());
}

#[test]
fn the_hook_shows_nothing_on_a_terminal() {
    let world = World::new();
    world.sign_in(&[]);
    let mut terminal = world.at_terminal(&["shell-hook", "bash", "", "", ""]);
    has(
        &terminal.exp_eof().unwrap(),
        &["shell-hook is no subcommand"],
    );
}
