//! The screens of the pages, captured from real runs on a real terminal. `tests/screens` writes them;
//! here they are held against the runs of this day, so that they cannot go stale.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::examples::{PAGES, page, path, reader, with_aws};
use crate::harness::World;
use crate::screen::Screen;
use crate::skipping::needs;

/// What the pages show as the time of the day and of the session's end.
const DAY: &str = "2026-01-31T16:00:00Z";
const TIME: &str = "16:00";

#[test]
fn a_shell_with_a_session() {
    needs!("tmux", "bash");
    let world = reader();
    let screen = person(&world);
    screen.line("mfaexec shell -p testuser");
    answer(&screen, &world.code());
    screen.ends_with("(testuser 4h) $");
    screen.run("aws sts get-caller-identity", "(testuser 4h) $");
    screen.run("mfaexec shell", "(testuser 4h) $");
    screen.line("exit");
    screen.ends_with("$");
    check("a-shell", &screen);
}

#[test]
fn the_end_of_a_session() {
    needs!("tmux", "bash");
    let world = reader();
    world.aws.set_clock(6 - 900);
    world.sign_in(&["-d", "15m"]);
    let deploy = world.write("deploy", "#!/bin/sh\nsleep 7\n");
    fs::set_permissions(&deploy, fs::Permissions::from_mode(0o755)).unwrap();
    let screen = person(&world);
    screen.line("clear; mfaexec shell -p testuser --min-ttl 1");
    screen.is_at("(testuser only ", ") $");
    screen.line("deploy");
    screen.ends_with("(testuser expired) $");
    world.aws.set_clock(0);
    screen.line("mfaexec login");
    answer(&screen, &world.aws.code("testuser"));
    screen.ends_with("(testuser 4h) $");
    check("the-end", &screen);
}

#[test]
fn codes_that_do_not_do() {
    needs!("tmux", "bash");
    let world = reader();
    early_in_a_code();
    world.sign_in(&[]);
    let used = world.aws.code("testuser");
    let screen = person(&world);
    screen.line("mfaexec -p testuser --fresh -- aws sts get-caller-identity");
    answer(&screen, &used);
    screen.shows("used already");
    answer(&screen, "000000");
    screen.shows("did not accept");
    answer(&screen, &world.code());
    screen.ends_with("$");
    check("codes", &screen);
}

/// Waits until the code of the moment stays for a while.
fn early_in_a_code() {
    let second = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
            % 30
    };
    while second() > 18 {
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A person at a bash with the prompt `$ `.
fn person(world: &World) -> Screen<'_> {
    person_at(world, 120)
}

/// The same on a terminal of so many columns.
pub(crate) fn person_at(world: &World, columns: u32) -> Screen<'_> {
    let mut command = world.program("/bin/bash");
    command
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", "$ ")
        .env("SHELL", "/bin/bash")
        .env("TZ", "UTC");
    world.write(".bashrc", "PS1='$ '\n");
    let screen = Screen::sized(world, with_aws(world, &mut command), columns);
    screen.ends_with("$");
    screen
}

pub(crate) fn answer(screen: &Screen<'_>, code: &str) {
    // Behind the question there may be seconds, which are counted down.
    screen.is_at("testuser (123456789012), to ", "");
    screen.line(code);
}

/// Compares the screen with that of its page, or writes it there.
fn check(name: &str, screen: &Screen<'_>) {
    let begin = format!("<!-- screen: {name} -->\n```text\n");
    let mut places = PAGES.iter().filter(|name| page(name).contains(&begin));
    let name = places.next().expect("a place for the screen");
    let page = page(name);
    let (before, rest) = page.split_once(&begin).unwrap();
    let (shown, after) = rest.split_once("```\n").expect("the end of the screen");
    let captured = with_example_times(&screen.text());
    if std::env::var_os("MFAEXEC_BLESS").is_some() {
        let page = format!("{before}{begin}{captured}```\n{after}");
        fs::write(path(name), page).unwrap();
    } else {
        assert_eq!(shown, captured, "tests/screens captures it anew");
    }
}

/// How mfaexec writes the days of the week.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The text with the pages' times instead of its own.
pub(crate) fn with_example_times(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        // In the evening a session ends on the next day.
        let is_day = |word: &&str| DAYS.contains(word);
        let words = line.split(' ').filter(|word| !is_day(word)).map(|word| {
            let bare = word.trim_end_matches([',', ';']);
            let digits = |range: std::ops::Range<usize>| {
                bare.get(range)
                    .is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
            };
            let with = |time: &str| word.replace(bare, time);
            if humantime::parse_rfc3339(bare).is_ok() {
                with(DAY)
            } else if bare.len() == 5 && digits(0..2) && digits(3..5) && bare.as_bytes()[2] == b':'
            {
                with(TIME)
            } else {
                word.to_owned()
            }
        });
        let line = words.collect::<Vec<_>>().join(" ");
        lines.push_str(&seconds(&line));
        lines.push('\n');
    }
    lines
}

/// `comes in 17 s` and `only 2s`, whatever the number.
fn seconds(line: &str) -> String {
    let counts = [
        ("comes in ", "17"),
        ("(new in ", "17"),
        ("(testuser only ", "2"),
    ];
    for (before, number) in counts {
        if let Some((start, after)) = line.split_once(before) {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            return format!("{start}{before}{number}{rest}");
        }
    }
    line.to_owned()
}
