//! Files and prompts of users that could get in the way of the session, or the session in theirs.

use std::fs;
use std::os::unix::fs::symlink;

use local_aws::Account;

use crate::harness::{SERIAL, World, finish, has};
use crate::screen::Screen;
use crate::shells::{BASH, DASH, FISH_SHELL, Kind, ZSH};
use crate::skipping::{namespaces_wanted, needs};

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
        // The empty line of the user's is before the sign.
        let text = screen.text();
        assert_eq!(text.lines().rev().nth(1), Some(""), "{text}");
    }
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

/// A `~/.bashrc` and its like with this line behind all else must not win over the session.
#[track_caller]
fn is_a_match_for(kind: &Kind, line: &str, types: &str) {
    let world = World::new();
    world.sign_in(&[]);
    let mut command = kind.at_home_with(&world, line);
    let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
    if !types.is_empty() {
        screen.shows("slow");
        std::thread::sleep(std::time::Duration::from_millis(300));
        screen.key(types);
        // The first prompt is behind the key's echo.
        screen.shows("(testuser ");
        screen.key("Enter");
    }
    kind.at_prompt(&screen, "testuser");
    // What the user's options print beside is theirs.
    let shown = r#"sh -c 'echo "[$AWS_PROFILE][$AWS_ACCESS_KEY_ID]"'"#;
    let said = kind.run(&screen, shown);
    assert!(
        said.contains("[][ASIA"),
        "{} after {line}: {said}",
        kind.name
    );
    let text = screen.text();
    assert!(
        !text.contains("SECRET"),
        "{} shows a secret after {line}",
        kind.name
    );
    // One sign at each prompt, and no word beside.
    for prompt in text.lines().filter(|line| line.contains("mine>")) {
        assert_eq!(prompt.matches("(testuser ").count(), 1, "{line}: {text}");
    }
}

#[test]
fn files_that_break_off_or_set_options() {
    needs!("tmux", "bash", "zsh", "dash");
    for line in [
        "set -u",
        "set -v",
        "set -k",
        "return 3",
        ". ~/.missing",
        ": ${missing:?}",
        "PROMPT_COMMAND='true;'",
        "PROMPT_COMMAND=(true true)",
        "unset PROMPT_COMMAND",
        "alias eval=false local=false set=false unset=false export=false",
        r#"trap 'echo "$BASH_COMMAND"' DEBUG; set -T"#,
        "export PS1",
    ] {
        is_a_match_for(&BASH, line, "");
    }
    for line in [
        "setopt no_unset",
        "setopt ksh_arrays sh_word_split",
        "set -v",
        "return 3",
        ": ${missing:?}",
        "precmd_functions=()",
        "alias eval=false local=false set=false unset=false export=false",
        "setopt prompt_subst",
    ] {
        is_a_match_for(&ZSH, line, "");
    }
    for line in ["set -u", "return 3", "alias eval=false", "export PS1"] {
        is_a_match_for(&DASH, line, "");
    }
    is_a_match_for(&BASH, "echo slow; sleep 1000", "C-c");
    is_a_match_for(&ZSH, "echo slow; sleep 1000", "C-c");
}

#[test]
fn a_sign_that_was_put_away_and_brought_back_is_one_sign() {
    needs!("tmux", "bash", "zsh");
    for kind in [&BASH, &ZSH] {
        let world = World::new();
        world.aws.set_clock(20 - 900);
        world.sign_in(&["-d", "15m"]);
        let screen = kind.screen(&world, &["-p", "testuser", "--min-ttl", "1"]);
        kind.at_prompt(&screen, "testuser");
        // As virtualenv does it.
        screen.line("OLD=$PS1; PS1=\"(venv) $PS1\"");
        screen.is_at("", ") mine>");
        std::thread::sleep(std::time::Duration::from_secs(2));
        kind.run(&screen, "true");
        screen.line("PS1=$OLD");
        let prompt = kind.at_prompt(&screen, "testuser");
        kind.run(&screen, "true");
        assert_eq!(prompt.matches("testuser").count(), 1, "{prompt}");
        assert!(!prompt.contains("venv"), "{prompt}");
    }
}

#[test]
fn keys_of_somebody_elses_are_seen() {
    needs!("tmux", "bash", "zsh", "fish", "dash");
    for kind in [&BASH, &ZSH, &FISH_SHELL, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let screen = kind.screen(&world, &["-p", "testuser"]);
        kind.at_prompt(&screen, "testuser");
        kind.run(&screen, "export AWS_PROFILE=theirs");
        kind.run(&screen, "true");
        screen.ends_with("(testuser overridden) mine>");
        let told = "mfaexec: AWS_PROFILE is set, so commands in this shell may not use the session";
        assert_eq!(screen.text().matches(told).count(), 1, "{}", screen.text());
        let unset = if kind.name == "fish" {
            "set -e"
        } else {
            "unset"
        };
        kind.run(&screen, &format!("{unset} AWS_PROFILE"));
        screen.is_at("(testuser 4h", "mine>");
    }
}

#[test]
fn what_nobody_may_change_is_seen_as_well() {
    needs!("tmux", "bash", "dash");
    for kind in [&BASH, &DASH] {
        let world = World::new();
        world.sign_in(&[]);
        let mut command = kind.at_home_with(&world, "readonly AWS_PROFILE");
        let screen = Screen::start(&world, command.args(["shell", "-p", "testuser"]));
        screen.ends_with("(testuser overridden) mine>");
        let key = kind.value(&screen, "AWS_ACCESS_KEY_ID");
        assert!(key.starts_with("ASIA"), "{}: {key}", kind.name);
        let told = screen.text().matches("AWS_PROFILE is set").count();
        assert_eq!(told, 1, "{}: {}", kind.name, screen.text());
    }
}

#[test]
fn universal_variables_of_fish_stay() {
    needs!("tmux", "fish");
    let world = World::new();
    world.sign_in(&[]);
    let mut fish = world.program("fish");
    finish(fish.args(["-c", "set -Ux AWS_PROFILE everywhere"])).succeeds();
    let path = world.home().join(".config/fish/fish_variables");
    let before = fs::read_to_string(&path).unwrap();
    let screen = FISH_SHELL.screen(&world, &["-p", "testuser"]);
    screen.ends_with("(testuser overridden) mine>");
    let line = |text: &str| {
        text.lines()
            .any(|line| line.contains("AWS_PROFILE:everywhere"))
    };
    assert!(line(&before) && line(&fs::read_to_string(&path).unwrap()));
}

#[test]
fn errexit_ends_a_shell_no_sooner_than_usual() {
    needs!("tmux", "bash", "zsh");
    for kind in [&BASH, &ZSH] {
        let world = World::new();
        world.sign_in(&[]);
        let screen = kind.screen(&world, &["-p", "testuser"]);
        kind.run(&screen, "set -e");
        kind.run(&screen, "! true");
        kind.run(&screen, "false || true");
        assert_eq!(kind.run(&screen, "echo still here"), "still here");
    }
}

#[test]
fn zsh_that_would_not_read_the_files_does_not_start() {
    needs!("zsh");
    if !namespaces_wanted("shell_files::zsh_that_would_not_read_the_files_does_not_start") {
        return;
    }
    let world = World::new();
    let code = world.code();
    world.write("etc", "ZDOTDIR=$HOME/z\n");
    let script = format!(
        "for d in /etc/zsh /etc; do\n\
           [ -e $d/zshenv ] && mount --bind ~/etc $d/zshenv && break\n\
         done\n\
         exec mfaexec shell -p testuser --shell zsh -c {code}"
    );
    let mut unshare = world.program("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
    let error = finish(&mut unshare).fails(125);
    has(
        &error,
        &["sets ZDOTDIR to", "/z", "mfaexec [OPTIONS] -- zsh"],
    );
    assert!(world.code_calls().is_empty());
}
