//! Files and prompts of users that could get in the way of the session, or the session in theirs.

use std::os::unix::fs::symlink;

use local_aws::Account;

use crate::harness::{SERIAL, World};
use crate::screen::Screen;
use crate::shells::{BASH, DASH, ZSH};
use crate::skipping::needs;

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
