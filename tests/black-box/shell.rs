//! `mfaexec shell` in real shells: the user's own files first, the session on top of them, and
//! apart from the sign in the prompt a shell as any other.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use local_aws::Account;

use crate::harness::{SERIAL, World, eventually, finish, has};
use crate::screen::Screen;
use crate::shells::{BASH, DASH, FISH_SHELL, Kind, ZSH, in_each_shell};
use crate::skipping::needs;

in_each_shell!(
    the_users_files_come_first_and_the_session_on_top,
    no_prompt_leaves_the_prompt_alone,
    status_and_exit_are_the_shells_own,
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

fn no_prompt_leaves_the_prompt_alone(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let screen = kind.screen(&world, &["-p", "testuser", "--no-prompt"]);
    screen.ends_with(kind.prompt);
    assert_eq!(kind.value(&screen, "MFAEXEC_PROFILE"), "testuser");
    assert_eq!(kind.value(&screen, "AWS_PROFILE"), "");
    screen.ends_with(kind.prompt);
    assert!(!screen.text().contains("(testuser"), "{}", screen.text());
}

fn status_and_exit_are_the_shells_own(kind: &Kind) {
    let world = World::new();
    world.sign_in(&[]);
    let mut outer = world.program("/bin/sh");
    for (name, value) in kind.at_home(&world).get_envs() {
        outer.env(name, value.unwrap());
    }
    outer.args([
        "-c",
        "mfaexec shell -p testuser; echo left with $?; sleep 60",
    ]);
    let screen = Screen::start(&world, &outer);
    screen.shows("(testuser ");
    kind.run(&screen, "sh -c 'exit 3'");
    assert_eq!(kind.run(&screen, kind.status), "3");
    screen.line("exit 7");
    screen.shows("left with 7");
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
fn a_shell_inside_a_run_of_another_profile_is_no_shell_twice() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    let screen = BASH.screen(&world, &["-p", "testuser"]);
    screen.shows("(testuser ");
    // In the run it is a shell no more, whatever the profile.
    let inside = BASH.run(&screen, "mfaexec -- printenv MFAEXEC_SHELL AWSU_PROFILE");
    assert_eq!(inside, "");
    screen.line("mfaexec -- mfaexec shell --shell bash");
    BASH.at_prompt(&screen, "testuser");
}

#[test]
fn jobs_are_controlled_as_usual() {
    needs!("tmux", "bash", "zsh", "fish", "dash");
    for kind in [&BASH, &ZSH, &FISH_SHELL, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let with_session = control_a_job(kind, &kind.screen(&world, &["-p", "testuser"]));
        let without = control_a_job(kind, &Screen::start(&world, &kind.plain(&world)));
        assert_eq!(with_session, without, "{}", kind.name);
    }
}

/// Stops a job, continues it, ends it: its status.
fn control_a_job(kind: &Kind, screen: &Screen<'_>) -> String {
    screen.is_at("", kind.prompt);
    screen.line("sleep 1000");
    screen.in_front("sleep");
    screen.key("C-z");
    screen.is_at("", kind.prompt);
    has(&kind.run(screen, "jobs"), &["sleep 1000"]);
    screen.line("fg");
    screen.in_front("sleep");
    screen.key("C-c");
    screen.is_at("", kind.prompt);
    let status = kind.run(screen, kind.status);
    has(
        &format!(
            "<{}>",
            kind.run(screen, "jobs")
                .replace("jobs: There are no jobs", "")
        ),
        &["<>"],
    );
    status
}

#[test]
fn history_goes_where_it_always_goes() {
    needs!("tmux", "bash", "zsh", "fish");
    let histories = [
        (&BASH, "HISTFILE=~/.bash_history", ".bash_history"),
        (
            &ZSH,
            "HISTFILE=${ZDOTDIR:-$HOME}/.histfile SAVEHIST=9 HISTSIZE=9",
            ".histfile",
        ),
        (&FISH_SHELL, "", ".local/share/fish/fish_history"),
    ];
    for (kind, setting, file) in histories {
        let world = World::new();
        world.sign_in(&[]);
        let mut command = kind.at_home_with(&world, setting);
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        kind.at_prompt(&screen, "testuser");
        kind.run(&screen, "echo remember");
        screen.key("Up");
        screen.is_at("(testuser ", ") mine> echo remember");
        screen.key("Enter");
        kind.at_prompt(&screen, "testuser");
        screen.line("exit");
        let path = world.home().join(file);
        eventually("the history", || path.exists());
        let history = fs::read_to_string(path).unwrap();
        has(&history, &["echo remember"]);
        assert!(!history.contains("mfaexec"), "{}: {history}", kind.name);
    }
}

#[test]
fn a_prompt_that_is_made_anew_each_time_keeps_the_sign() {
    needs!("tmux", "bash", "zsh");
    let makers = [
        (&BASH, r#"PROMPT_COMMAND='PS1="\n[$?] mine> "'"#),
        (&ZSH, "precmd() { PROMPT=$'\\n'\"[$?] mine> \" }"),
    ];
    for (kind, maker) in makers {
        let world = World::new();
        world.sign_in(&[]);
        let mut command = kind.at_home_with(&world, maker);
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        screen.ends_with("(testuser 4h) [0] mine> ");
        screen.line("sh -c 'exit 3'");
        screen.is_at("", ") [3] mine>");
        let last = screen.text().lines().next_back().unwrap().to_owned();
        assert!(
            last.starts_with("(testuser ") && last.ends_with(") [3] mine>"),
            "{last}"
        );
        // The empty line of the user's stands before the sign.
        let text = screen.text();
        assert_eq!(text.lines().rev().nth(1), Some(""), "{text}");
    }
}

#[test]
fn zsh_finds_all_its_files_where_they_are() {
    needs!("tmux", "zsh");
    let world = World::new();
    world.sign_in(&[]);
    world.write(".zshenv", "ZDOTDIR=$HOME/z\nexport FROM_ENV=$ZDOTDIR\n");
    world.write("z/.zshrc", "PROMPT='mine> '\nFROM_RC=$ZDOTDIR\n");
    let screen = ZSH.screen(&world, &["-p", "testuser"]);
    ZSH.at_prompt(&screen, "testuser");
    let own = world.home().join("z");
    let own = own.to_str().unwrap();
    let said = ZSH.run(&screen, "echo $FROM_ENV $FROM_RC $ZDOTDIR");
    assert_eq!(said, format!("{own} {own} {own}"));
    assert_eq!(
        ZSH.run(&screen, "printenv ZDOTDIR"),
        "",
        "it was not exported"
    );
}

#[test]
fn the_users_files_see_no_code_of_mfaexecs() {
    needs!("tmux", "bash", "zsh", "dash");
    for kind in [&BASH, &ZSH, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let spy = "seen=$(printenv MFAEXEC_RESTORE | wc -c)";
        let mut command = kind.at_home_with(&world, spy);
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        kind.at_prompt(&screen, "testuser");
        assert_eq!(kind.run(&screen, "echo seen $seen"), "seen 0");
    }
}

#[test]
fn a_name_of_a_profile_is_no_code_in_a_prompt() {
    needs!("tmux", "bash", "zsh", "dash");
    for kind in [&BASH, &ZSH, &DASH] {
        let world = World::new();
        let name = "a$(touch${IFS}made)`touch made`%n";
        world.write_config(&format!("[profile {name}]\nmfa_serial = {SERIAL}\n"));
        let account = Account::story();
        let user = account.user("testuser");
        world.write_credentials(&format!(
            "[{name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            user.access_key_id(),
            user.secret_access_key()
        ));
        let code = world.code();
        world.run(&["login", "-p", name, "-c", &code]).succeeds();
        let mut command =
            kind.at_home_with(&world, "[ -z \"$ZSH_VERSION\" ] || setopt prompt_subst");
        let screen = Screen::start(&world, command.args(["shell", "-p", name]));
        screen.is_at("(a??touch??IFS?made??touch made??n ", kind.prompt);
        assert!(!world.home().join("made").exists());
    }
}

#[test]
fn bash_under_the_name_of_sh_is_a_posix_shell() {
    needs!("tmux", "bash");
    let world = World::new();
    world.sign_in(&[]);
    symlink("/bin/bash", world.home().join("sh")).unwrap();
    let mut command = DASH.at_home(&world);
    command.args(["shell", "-p", "testuser", "--shell"]);
    let screen = Screen::start(&world, command.arg(world.home().join("sh")));
    DASH.at_prompt(&screen, "testuser");
    assert_eq!(DASH.value(&screen, "AWS_PROFILE"), "");
    assert_eq!(DASH.value(&screen, "MFAEXEC_PROFILE"), "testuser");
    let posix = DASH.run(&screen, "set -o | grep posix | tr -d ' \\t'");
    assert_eq!(posix, "posixon");
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
    needs!("bash");
    let world = World::new();
    world.sign_in(&[]);
    let script =
        "echo 'echo $MFAEXEC_PROFILE-$MFAEXEC_RESTORE-' | mfaexec shell -p testuser --shell bash";
    let said = finish(world.program("/bin/sh").args(["-c", script]));
    assert_eq!(said.succeeds(), "testuser--\n");
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
    let mut terminal = world.at_terminal(&["shell-hook", "bash", "", ""]);
    has(
        &terminal.exp_eof().unwrap(),
        &["shell-hook is no subcommand"],
    );
}
