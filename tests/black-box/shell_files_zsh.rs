//! Where zsh finds the files of users, also in terminals that put their own before them.

use std::path::Path;

use crate::harness::World;
use crate::screen::Screen;
use crate::shells::ZSH;
use crate::skipping::{namespaces_wanted, needs};

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

/// What a terminal has in its directory for zsh, after the manner of VS Code: its files read the user's
/// where `guard` lets them, and put ZDOTDIR back.
fn integration(world: &World, guard: &str) -> String {
    world.write(
        "integration/.zshenv",
        "VSCODE_ZDOTDIR=$ZDOTDIR\nZDOTDIR=$USER_ZDOTDIR\n. $USER_ZDOTDIR/.zshenv\n\
         USER_ZDOTDIR=$ZDOTDIR\nZDOTDIR=$VSCODE_ZDOTDIR\n",
    );
    world.write(
        "integration/.zshrc",
        format!(
            "if [ -n \"$VSCODE_SHELL_INTEGRATION\" ]; then ZDOTDIR=$USER_ZDOTDIR; return; fi\n\
             VSCODE_SHELL_INTEGRATION=1\n\
             {guard} {{ ZDOTDIR=$USER_ZDOTDIR; . $USER_ZDOTDIR/.zshrc }}\n"
        ),
    );
    world.write(".zshenv", "FROM_ENV=env$FROM_ENV\n");
    world.write(
        ".zshrc",
        "PROMPT='mine> '\nFROM_RC=rc$FROM_RC\nAWS_ACCESS_KEY_ID=mine\n",
    );
    world.home().join("integration").display().to_string()
}

#[test]
fn zsh_reads_the_users_files_in_terminals_that_set_zdotdir_for_themselves() {
    needs!("tmux", "zsh");
    let injected = r#"[[ "$VSCODE_INJECTION" == 1 ]] &&"#;
    let home = "HOME";
    let rows: [(&str, &[(&str, &str)]); 6] = [
        ("true &&", &[("USER_ZDOTDIR", home)]),
        (
            injected,
            &[("USER_ZDOTDIR", home), ("VSCODE_INJECTION", "1")],
        ),
        // What a program in between has handed on, or not.
        (injected, &[("USER_ZDOTDIR", home)]),
        (
            injected,
            &[("USER_ZDOTDIR", home), ("VSCODE_SHELL_INTEGRATION", "1")],
        ),
        (injected, &[("VSCODE_INJECTION", "1")]),
        (
            injected,
            &[("USER_ZDOTDIR", "INTEGRATION"), ("VSCODE_INJECTION", "1")],
        ),
    ];
    for (guard, variables) in rows {
        let world = World::new();
        world.sign_in(&[]);
        let mut command = ZSH.at_home(&world);
        let directory = integration(&world, guard);
        let home = world.home().display().to_string();
        command
            .args(["shell", "-p", "testuser"])
            .env("ZDOTDIR", &directory);
        for (name, value) in variables {
            let value = value
                .replace("HOME", &home)
                .replace("INTEGRATION", &directory);
            command.env(name, value);
        }
        let screen = Screen::start(&world, &command);
        screen.is_at("(testuser ", "mine>");
        let said = ZSH.run(&screen, "echo $FROM_ENV $FROM_RC $ZDOTDIR");
        assert_eq!(said, format!("env rc {home}"), "{variables:?}");
        assert_ne!(
            ZSH.value(&screen, "AWS_ACCESS_KEY_ID"),
            "mine",
            "{variables:?}"
        );
    }
}

#[test]
fn zsh_reads_the_users_files_in_terminals_that_put_zdotdir_back_at_once() {
    needs!("tmux", "zsh");
    for variable in ["KITTY_ORIG_ZDOTDIR", "GHOSTTY_ZSH_ZDOTDIR"] {
        let world = World::new();
        world.sign_in(&[]);
        let own = world.home().join("z").display().to_string();
        world.write(
            "integration/.zshenv",
            format!(
                "if [[ -n ${{{variable}+x}} ]]; then ZDOTDIR=${variable}; unset {variable}\n\
                 else unset ZDOTDIR; fi\n. ${{ZDOTDIR-$HOME}}/.zshenv\nINTEGRATED=yes\n"
            ),
        );
        world.write("z/.zshenv", "FROM_ENV=env$FROM_ENV\n");
        world.write("z/.zshrc", "PROMPT='mine> '\nFROM_RC=rc$FROM_RC\n");
        let mut command = ZSH.at_home(&world);
        command.args(["shell", "-p", "testuser"]);
        command
            .env("ZDOTDIR", world.home().join("integration"))
            .env(variable, &own);
        let screen = Screen::start(&world, &command);
        screen.is_at("(testuser ", "mine>");
        let said = ZSH.run(&screen, "echo $INTEGRATED $FROM_ENV $FROM_RC $ZDOTDIR");
        assert_eq!(said, format!("yes env rc {own}"), "{variable}");
    }
}

/// What macOS does for Terminal.app in files for all users (/etc/zshrc, /etc/zshrc_Apple_Terminal):
/// history and session files are below ZDOTDIR.
const TERMINAL_APP: &str = "HISTFILE=${ZDOTDIR:-$HOME}/.zsh_history
SHELL_SESSION_DIR=${ZDOTDIR:-$HOME}/.zsh_sessions
SHELL_SESSION_FILE=$SHELL_SESSION_DIR/ABC.session
mkdir -m 700 -p $SHELL_SESSION_DIR
SHELL_SESSION_HISTFILE=$SHELL_SESSION_DIR/ABC.history
SHELL_SESSION_HISTFILE_NEW=$SHELL_SESSION_DIR/ABC.historynew
SHELL_SESSION_HISTFILE_SHARED=$HISTFILE
SHELL_SESSION_TIMESTAMP_FILE=$SHELL_SESSION_DIR/_expiration_check_timestamp
SHELL_SESSION_OF_A_LATER_MACOS=$SHELL_SESSION_DIR/x
SHELL_SESSION_DID_INIT=1
";

#[test]
fn what_terminal_app_keeps_of_a_session_is_where_it_always_is() {
    needs!("tmux", "zsh");
    let test = "shell_files_zsh::what_terminal_app_keeps_of_a_session_is_where_it_always_is";
    if !namespaces_wanted(test) {
        return;
    }
    for own in ["", "z"] {
        let world = World::new();
        world.write("etc", TERMINAL_APP);
        let script = "for d in /etc/zsh /etc; do\n\
                        [ -e $d/zshrc ] && mount --bind ~/etc $d/zshrc && break\n\
                      done\n\
                      exec mfaexec shell -p testuser";
        let usual = ZSH.at_home(&world);
        let mut command = world.program("unshare");
        for (name, value) in usual.get_envs() {
            command.env(name, value.unwrap());
        }
        if !own.is_empty() {
            let zdotdir = world.home().join(own);
            world.write("z/.zshrc", "PROMPT='mine> '\n");
            command.env("ZDOTDIR", zdotdir);
        }
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        let screen = Screen::sized(&world, &command, 250);
        // The keyring of the namespace is another one.
        screen.shows("MFA code:");
        screen.line(&world.code());
        ZSH.at_prompt(&screen, "testuser");
        let place = world.home().join(own);
        let sessions = place.join(".zsh_sessions");
        let is = |name: &str, file: &Path| {
            let is_right = format!("[[ ${name} == {} ]] && echo right", file.display());
            let said = ZSH.run(&screen, &is_right);
            assert_eq!(said, "right", "{name}");
        };
        is("HISTFILE", &place.join(".zsh_history"));
        is("SHELL_SESSION_DIR", &sessions);
        is("SHELL_SESSION_FILE", &sessions.join("ABC.session"));
        is("SHELL_SESSION_HISTFILE", &sessions.join("ABC.history"));
        is(
            "SHELL_SESSION_HISTFILE_NEW",
            &sessions.join("ABC.historynew"),
        );
        is("SHELL_SESSION_HISTFILE_SHARED", &place.join(".zsh_history"));
        is(
            "SHELL_SESSION_TIMESTAMP_FILE",
            &sessions.join("_expiration_check_timestamp"),
        );
        is("SHELL_SESSION_OF_A_LATER_MACOS", &sessions.join("x"));
        assert_eq!(ZSH.run(&screen, "echo $SHELL_SESSION_DID_INIT"), "1");
        assert!(sessions.is_dir(), "they could be written");
        let ours = world.cache().join("shell/.zsh_sessions");
        assert!(!ours.exists(), "nothing is left in the cache");
    }
}
