//! The examples of the pages for users: the reader's world, and console blocks typed in at a
//! pseudo-terminal. What a page shows is what a user sees.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use rexpect::session::PtySession;

use crate::harness::{World, aws_client, terminal};
use crate::pages_screens::with_example_times;

const READY: &str = "ready> ";

/// The pages for users.
pub(crate) const PAGES: [&str; 11] = [
    "README.md",
    "docs/account.md",
    "docs/guide.md",
    "docs/migrating.md",
    "docs/packaging.md",
    "docs/performance.md",
    "docs/profiles.md",
    "docs/programs.md",
    "docs/recipes.md",
    "docs/reference.md",
    "docs/shell.md",
];

/// Where a page is.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The text of a page.
#[track_caller]
pub(crate) fn page(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// A block of a page: what follows its three backticks, and its text.
pub(crate) struct Block {
    pub(crate) info: String,
    pub(crate) text: String,
}

/// The blocks of a page, without the indentation of a list around them.
pub(crate) fn blocks(name: &str) -> Vec<Block> {
    let page = page(name);
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let text = lines.by_ref().take_while(|line| line.trim_start() != "```");
        let text = text.map(|line| line.get(indent..).unwrap_or_default());
        blocks.push(Block {
            info: info.to_owned(),
            text: text.collect::<Vec<_>>().join("\n"),
        });
    }
    blocks
}

/// A world with the one profile of the pages, and an `aws` on its PATH.
pub(crate) fn reader() -> World {
    let world = World::new();
    let keys = std::fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let own: Vec<&str> = keys
        .lines()
        .skip_while(|line| *line != "[testuser]")
        .take(3)
        .collect();
    world.write_credentials(&own.join("\n"));
    symlink(aws_client(), world.home().join("aws")).unwrap();
    world
}

pub(crate) fn with_aws<'a>(world: &World, command: &'a mut Command) -> &'a mut Command {
    let path = command
        .get_envs()
        .find(|(name, _)| *name == "PATH")
        .unwrap()
        .1
        .unwrap()
        .to_owned();
    command.env(
        "PATH",
        format!("{}:{}", world.home().display(), path.display()),
    )
}

/// Runs one command of a block; what it printed, with the question, if it asked one.
fn type_in(shell: &mut PtySession, world: &World, command: &str, expected: &[&str]) -> String {
    shell.send_line(command).unwrap();
    let mut printed = String::new();
    if let Some(question) = expected
        .iter()
        .find(|line| line.trim_end().ends_with("MFA code:"))
    {
        let question = question.trim_end();
        printed = shell.exp_string(question).unwrap() + question;
        shell.send_line(&world.code()).unwrap();
    }
    printed + &shell.exp_string(READY).unwrap()
}

/// Pages show no bold type.
fn plain(text: &str) -> String {
    text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "")
}

/// Times and the blanks of a table differ from run to run.
fn normal(line: &str) -> String {
    let line = with_example_times(&plain(line));
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace("11h 59m", "12h").replace("3h 59m", "4h")
}

/// Whether the lines fit, where `…` represents any text in a line and, alone, for any lines.
fn fits(expected: &[String], actual: &[String]) -> bool {
    match (expected.split_first(), actual.split_first()) {
        (None, None) => true,
        (Some((wanted, later)), _) if wanted == "…" => {
            (0..=actual.len()).any(|skipped| fits(later, &actual[skipped..]))
        }
        (Some((wanted, later)), Some((line, rest))) => {
            let mut place = 0;
            let parts: Vec<&str> = wanted.split('…').collect();
            let in_order = parts.iter().all(|part| match line[place..].find(part) {
                Some(at) => {
                    place += at + part.len();
                    true
                }
                None => false,
            });
            let whole = parts.len() > 1 || line == wanted;
            in_order && whole && line.starts_with(parts[0]) && fits(later, rest)
        }
        _ => false,
    }
}

/// Types a console block into a bash, and compares what it shows with what the block does.
#[track_caller]
pub(crate) fn shows_what_a_user_sees(world: &World, block: &str) {
    let mut command = world.program("/bin/bash");
    command
        .args(["--norc", "--noprofile", "-i"])
        .env("PS1", READY)
        .env("TERM", "dumb")
        .env("NO_COLOR", "1");
    with_aws(world, &mut command);
    let mut shell = terminal(command);
    shell.exp_string(READY).unwrap();
    for example in format!("\n{block}").split("\n$ ").skip(1) {
        let mut lines = example.lines();
        let command = lines.next().unwrap();
        let expected: Vec<&str> = lines.collect();
        let printed = type_in(&mut shell, world, command, &expected);
        let lines = |line: String| (!line.is_empty()).then_some(line);
        let expected = expected.iter().filter_map(|line| lines(normal(line)));
        let expected: Vec<_> = expected.collect();
        let actual = printed.lines().filter_map(|line| lines(normal(line)));
        let actual: Vec<_> = actual.collect();
        if std::env::var_os("MFAEXEC_BLESS").is_some() && !fits(&expected, &actual) {
            capture(example, &printed);
            continue;
        }
        assert!(
            fits(&expected, &actual),
            "$ {command}\nthe page shows {expected:#?}\na user sees {actual:#?}"
        );
    }
    shell.send_line("exit").unwrap();
    shell.exp_eof().unwrap();
}

/// Puts what was printed instead of what the page shows after an example's command.
fn capture(example: &str, printed: &str) {
    let old: Vec<&str> = example.trim_end().lines().collect();
    for name in PAGES {
        let text = page(name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let begins = |at: &usize| {
            let shown = lines[*at..].iter().map(|line| line.trim());
            let same = shown
                .zip(&old)
                .skip(1)
                .all(|(line, old)| line == old.trim());
            same && lines[*at].trim() == format!("$ {}", old[0])
        };
        let Some(at) = (0..lines.len()).find(begins) else {
            continue;
        };
        let indent = lines[at].len() - lines[at].trim_start().len();
        let printed = with_example_times(&plain(printed));
        let new = printed.lines().filter(|line| !line.trim().is_empty());
        let new = new.map(|line| format!("{:indent$}{}", "", line.trim_end()));
        let new: Vec<String> = new.collect();
        lines.splice(at + 1..at + old.len(), new);
        std::fs::write(path(name), lines.join("\n") + "\n").unwrap();
        return;
    }
    panic!("no page has {example}");
}
