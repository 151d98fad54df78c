//! Questions in other programs: which of them asks. The programs here are stand-ins, put first or alone
//! on PATH; of kdialog and osascript there are no others in these tests. What they are told and answer
//! is in `dialogs_answers`, what ends them early in `dialogs_signals`; the real pinentry and the real
//! zenity have `dialogs_real`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{MFAEXEC, World, finish, has};
use crate::skipping::needs;

pub(crate) const RUN: [&str; 5] = ["-p", "testuser", "--", "/bin/echo", "done"];

/// Prints the next line of `answers` in the home, and fails if there is none. Notes what it was
/// called with.
pub(crate) const WINDOW: &str = r#"n=$(cat "$HOME/count" 2>/dev/null || echo 0)
n=$((n + 1)); echo $n > "$HOME/count"
printf '%s\n' "$0" "$@" > "$HOME/asked-$n"; env > "$HOME/env-$n"
echo '(window:1): Gtk-WARNING **: harmless' >&2
sed -n "${n}p" "$HOME/answers" | grep ."#;

/// A pinentry that asks no one. Its answer to GETPIN comes from `answers`, too.
pub(crate) const PINENTRY: &str = r#"n=$(cat "$HOME/count" 2>/dev/null || echo 0)
n=$((n + 1)); echo $n > "$HOME/count"
echo "$0" > "$HOME/asked-$n"; echo 'OK at your service'
while IFS= read -r line; do
    printf '%s\n' "$line" >> "$HOME/asked-$n"
    case $line in
    GETPIN) echo 'S REMARK'; echo '# remark'; sed -n "${n}p" "$HOME/answers";;
    GETINFO*) echo 'D gtk2'; echo OK;;
    SETTIMEOUT*) echo 'ERR 83886355 Unknown IPC command <Pinentry>';;
    BYE) echo OK; exit;;
    *) echo OK;;
    esac
done"#;

/// Puts a program of these lines on the PATH of [`detached`].
pub(crate) fn stand_in(world: &World, name: &str, script: &str) {
    let path = world.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// mfaexec where there is a display and no terminal, and on PATH before the system's programs those
/// of the home.
pub(crate) fn detached(world: &World, args: &[&str]) -> Command {
    let mut command = world.program("/usr/bin/setsid");
    let path = format!("{}/bin:/usr/bin:/bin", world.home().display());
    command.args(["--wait", MFAEXEC]).args(args);
    command.env("PATH", path).env("DISPLAY", ":99");
    command
}

/// The same, with none but these programs and the tools that they need.
pub(crate) fn alone(world: &World, programs: &[(&str, &str)], args: &[&str]) -> Command {
    for tool in ["cat", "sed", "env", "grep", "sleep"] {
        let link = world.home().join("bin").join(tool);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let real = ["/usr/bin", "/bin"].map(|place| format!("{place}/{tool}"));
        let real = real.iter().find(|path| fs::exists(path).unwrap()).unwrap();
        let _there_already = std::os::unix::fs::symlink(real, link);
    }
    for (name, script) in programs {
        stand_in(world, name, script);
    }
    let mut command = detached(world, args);
    command.env("PATH", world.home().join("bin"));
    command
}

/// What the program was asked for the nth time.
pub(crate) fn asked(world: &World, n: u32) -> String {
    fs::read_to_string(world.home().join(format!("asked-{n}"))).unwrap_or_default()
}

pub(crate) fn answers(world: &World, answers: &[&str]) {
    world.write("answers", answers.join("\n") + "\n");
}

pub(crate) fn wrong(right: &str) -> String {
    format!(
        "{:06}",
        (right.parse::<u32>().unwrap() + 111_111) % 1_000_000
    )
}

#[test]
fn the_first_that_is_installed_asks() {
    needs!("setsid");
    let world = World::new();
    let all = [
        ("pinentry", PINENTRY),
        ("zenity", WINDOW),
        ("kdialog", WINDOW),
        ("osascript", WINDOW),
    ];
    for first in 0..3 {
        let code = world.code();
        let answer = if first == 0 {
            format!("D {code}\nOK")
        } else {
            code
        };
        // The count goes on, and sed takes the line of that number.
        fs::write(world.home().join("count"), "0").unwrap();
        answers(&world, &[&answer]);
        if first == 0 {
            // Two lines are one answer here.
            let both = PINENTRY.replace("sed -n \"${n}p\"", "cat");
            stand_in(&world, "pinentry", &both);
        }
        let programs = if first == 0 { &all[1..] } else { &all[first..] };
        let said = finish(&mut alone(
            &world,
            programs,
            &[&["--fresh"], &RUN[..]].concat(),
        ));
        assert_eq!(said.stderr, "", "harmless words are not shown");
        assert_eq!(said.succeeds(), "done\n");
        has(&asked(&world, 1), &[&format!("bin/{}", all[first].0)]);
        fs::remove_file(world.home().join("bin").join(all[first].0)).unwrap();
    }
    // What is left is for macOS alone, unless someone names it.
    let error = finish(&mut alone(&world, &[], &[&["--fresh"], &RUN[..]].concat()));
    has(
        &error.fails(125),
        &[
            "mfaexec cannot ask for it",
            "no terminal: ",
            "; none of pinentry, zenity, kdialog is installed",
            "remedy: sign in on a terminal first: mfaexec login -p testuser\n",
        ],
    );
}

#[test]
fn without_a_display_it_fails_at_once_with_the_line_that_signs_in() {
    needs!("setsid");
    let world = World::new();
    let programs = [("pinentry", PINENTRY), ("zenity", WINDOW)];
    for display in ["", "no"] {
        let args = [&["-d", "90m", "--region", "eu-west-1"], &RUN[..]].concat();
        let mut command = alone(&world, &programs, &args);
        match display {
            "" => command.env("DISPLAY", ""),
            _ => command.env_remove("DISPLAY"),
        };
        let begun = Instant::now();
        let error = finish(&mut command).fails(125);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
        has(
            &error,
            &[
                "no terminal: ",
                "; no display, neither DISPLAY nor WAYLAND_DISPLAY is set",
                "mfaexec login -p testuser -d 90m --region eu-west-1\n",
            ],
        );
        assert_eq!(asked(&world, 1), "");
    }
    // One that was chosen does not open a window that no one sees.
    for name in ["zenity", "kdialog", "osascript"] {
        let args = [&["--prompt", name], &RUN[..]].concat();
        let mut command = alone(&world, &[(name, WINDOW)], &args);
        let error = finish(command.env_remove("DISPLAY")).fails(125);
        let cause = "needs a display, neither DISPLAY nor WAYLAND_DISPLAY is set";
        has(&error, &[&format!("{name} {cause}")]);
        assert_eq!(asked(&world, 1), "");
    }
    // Wayland's is one, too.
    answers(&world, &["not a code"]);
    let mut command = alone(&world, &[("pinentry", "exit 1"), ("zenity", WINDOW)], &RUN);
    finish(
        command
            .env_remove("DISPLAY")
            .env("WAYLAND_DISPLAY", "wayland-0"),
    )
    .fails(125);
    has(&asked(&world, 1), &["bin/zenity"]);
    assert!(
        world
            .aws
            .journal()
            .iter()
            .all(|entry| !entry.had_token_code)
    );
}

/// Where there is a terminal it asks, display or not.
#[test]
fn a_name_chooses() {
    needs!("setsid");
    let world = World::new();
    let at_terminal = |prompt: Option<&str>, args: &[&str]| {
        stand_in(&world, "zenity", WINDOW);
        let mut command = world.mfaexec(&[args, &["--fresh"], &RUN[..]].concat());
        let path = format!("{}/bin:/usr/bin:/bin", world.home().display());
        command.env("PATH", path).env("DISPLAY", ":99");
        if let Some(prompt) = prompt {
            command.env("MFAEXEC_PROMPT", prompt);
        }
        crate::harness::terminal(command)
    };
    for (variable, args) in [
        (None, &[][..]),
        (Some(""), &[]),
        (Some("terminal"), &[]),
        (Some("zenity"), &["--prompt", "terminal"]),
    ] {
        let mut terminal = at_terminal(variable, args);
        terminal.exp_string("MFA code: ").unwrap();
        terminal.send_line(&world.code()).unwrap();
        has(&terminal.exp_eof().unwrap(), &["done"]);
    }
    let path = format!("{}/bin/zenity", world.home().display());
    for (variable, args) in [
        (Some("zenity"), &[][..]),
        (Some("kdialog"), &["--prompt", "zenity"]),
        (None, &["--prompt", &path]),
    ] {
        fs::write(world.home().join("count"), "0").unwrap();
        answers(&world, &[&world.code()]);
        let mut terminal = at_terminal(variable, args);
        let seen = terminal.exp_eof().unwrap();
        assert!(
            seen.contains("done") && !seen.contains("MFA code: "),
            "{seen}"
        );
    }
    // A program of the profile gives codes without a question, unless the words of this run say
    // otherwise. A code that was given overrides all.
    world.write("answers", "000000\n");
    let given = world.code();
    let mut command = detached(&world, &[&["--fresh"], &RUN[..]].concat());
    command
        .env("MFAEXEC_PROMPT", "zenity")
        .env("MFAEXEC_CODE", &given);
    finish(&mut command).succeeds();
    for (args, words) in [
        (&[][..], "it failed"),
        (&["--prompt", "zenity"], "STS did not accept"),
    ] {
        fs::write(world.home().join("count"), "0").unwrap();
        let mut command = detached(&world, &[args, &["--fresh"], &RUN[..]].concat());
        command
            .env("MFAEXEC_MFA_PROCESS", "false")
            .env("MFAEXEC_PROMPT", "zenity");
        let said = finish(&mut command);
        assert!(
            said.stderr.contains(words) || asked(&world, 2).contains(words),
            "{said:?}"
        );
    }
}

#[test]
fn a_name_that_cannot_ask_is_an_error() {
    needs!("setsid");
    let world = World::new();
    let names = "there are terminal, pinentry, pinentry-NAME, zenity, kdialog, osascript, or the \
                 absolute path of such a program";
    for wrong in ["xmessage", "./pinentry", "/usr/bin/xmessage", ""] {
        let error = world
            .run(&[&["--prompt", wrong], &RUN[..]].concat())
            .fails(125);
        has(&error, &["--prompt <NAME>", names]);
    }
    has(&world.run(&["login", "--prompt", "x"]).fails(2), &[names]);
    let mut command = world.mfaexec(&RUN);
    let error = finish(command.env("MFAEXEC_PROMPT", "xmess\u{1b}age")).fails(125);
    has(
        &error,
        &[
            "MFAEXEC_PROMPT=xmess\\u{1b}age is not a prompt method",
            names,
        ],
    );
    let sign_in = "sign in on a terminal first: mfaexec login -p testuser\n";
    let kdialog = "no absolute directory of PATH has a program kdialog";
    for (name, display, cause) in [
        ("kdialog", ":99", kdialog),
        ("terminal", ":99", "no terminal: "),
        (
            "zenity",
            "",
            "zenity needs a display, neither DISPLAY nor WAYLAND_DISPLAY is set",
        ),
        ("/nonexistent/zenity", ":99", "/nonexistent/zenity: "),
    ] {
        let args = [&["--prompt", name], &RUN[..]].concat();
        let mut command = alone(&world, &[("zenity", WINDOW)], &args);
        let error = finish(command.env("DISPLAY", display)).fails(125);
        has(&error, &["mfaexec cannot ask for it", cause, sign_in]);
        let mut command = alone(&world, &[], &RUN);
        command.env("MFAEXEC_PROMPT", name).env("DISPLAY", display);
        has(&finish(&mut command).fails(125), &[cause]);
    }
    // What lies in the working directory is no one's program.
    world.write("pinentry", "#!/bin/sh\ntouch ran\n");
    let mut command = detached(&world, &[&["--prompt", "pinentry"], &RUN[..]].concat());
    let error = finish(command.env("PATH", ".::bin")).fails(125);
    has(
        &error,
        &["no absolute directory of PATH has a program pinentry"],
    );
    assert!(!world.home().join("ran").exists());
    // No one may be asked, whatever is in the environment. Both as options make no sense.
    let mut command = detached(&world, &[&["--no-input"], &RUN[..]].concat());
    let error = finish(command.env("MFAEXEC_PROMPT", "zenity")).fails(125);
    has(&error, &["--no-input was given"]);
    for other in [
        &["--no-input"][..],
        &["--without-mfa"],
        &["--code", "123456"],
    ] {
        let args = [&["--prompt", "zenity"], other, &RUN[..]].concat();
        has(
            &world.run(&args).fails(125),
            &["cannot be used with", other[0]],
        );
    }
    let error = world.run(&["--prompt", "zenity", "status"]).fails(2);
    has(&error, &["--prompt", "mfaexec status has no such option"]);
    assert!(world.aws.journal().is_empty());
}

/// These need a terminal, which they say.
#[test]
fn what_a_window_does_not_ask() {
    needs!("setsid");
    let world = World::new();
    stand_in(&world, "zenity", WINDOW);
    let chosen = |profile: &str| {
        let args = ["--prompt", "zenity", "-p", profile, "--", "/bin/true"];
        finish(&mut detached(&world, &args)).fails(125)
    };
    has(
        &chosen("twodevices"),
        &["several MFA devices", "choose one with --mfa-serial"],
    );
    let guess = "and a guess has to be confirmed on a terminal";
    has(&chosen("locked"), &["is not known", guess, "mfa_serial"]);
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {}\nmfaexec_confirm = true\n",
        crate::harness::SERIAL
    ));
    let remedy = "type its name when asked, on a terminal";
    has(
        &chosen("testuser"),
        &["was not confirmed", "no terminal: ", remedy],
    );
    assert_eq!(asked(&world, 1), "");
}

#[test]
fn explain_knows_who_would_ask() {
    let world = World::new();
    let check = "GetCallerIdentity";
    let explain = |variables: &[(&str, &str)], more: &[&str]| {
        let args = [&["explain", "-p", "testuser"], more].concat();
        let mut command = alone(&world, &[("zenity", WINDOW)], &args);
        finish(command.envs(variables.iter().copied())).succeeds()
    };
    let at_terminal = |more: &[&str]| {
        let args = [&["explain", "-p", "testuser"], more].concat();
        world.at_terminal(&args).exp_eof().unwrap()
    };
    for more in [&[][..], &["--prompt", "terminal"]] {
        has(
            &at_terminal(more),
            &["one, asked for on the terminal", check],
        );
    }
    let window = "one, asked for in a window";
    has(&explain(&[], &[]), &[window, check]);
    has(
        &explain(&[("MFAEXEC_PROMPT", "zenity")], &[]),
        &[window, check],
    );
    has(&explain(&[], &["--prompt", "zenity"]), &[window, check]);
    // What a run could not do is told, in the words of its error.
    let fails = |variables: &[(&str, &str)], more: &[&str], cause: &str| {
        let told = explain(variables, more);
        has(&told, &["one, and the run would fail: ", cause]);
        assert!(!told.contains(check), "{told}");
    };
    fails(&[], &["--no-input"], "--no-input was given");
    fails(&[], &["--prompt", "terminal"], "terminal");
    fails(&[], &["--prompt", "pinentry"], "pinentry");
    fails(&[("DISPLAY", "")], &[], "DISPLAY");
}
