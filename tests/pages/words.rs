//! The words of STYLE.md: none of those that it rules out is on a page, in the help, in a message or
//! in a comment.

use std::fs;
use std::process::Command;

use crate::{literals, pages, prose, root};

/// A word that is not used, and what is used instead.
struct Rule {
    instead: String,
    words: String,
}

/// The second and the third cell of the tables of STYLE.md, as far as a word there is in backticks.
/// One in other type depends on its meaning, which a test does not know.
fn rules() -> Vec<Rule> {
    let style = fs::read_to_string(root().join("STYLE.md")).unwrap();
    let mut rules = Vec::new();
    for line in style.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let Some(ruled_out) = cells.last().filter(|_| cells.len() == 3) else {
            continue;
        };
        for words in ruled_out.split('`').skip(1).step_by(2) {
            rules.push(Rule {
                instead: cells[0].trim_start_matches("| ").to_owned(),
                words: words.to_lowercase(),
            });
        }
    }
    assert!(rules.len() > 20, "{} rules", rules.len());
    rules
}

/// The text without what is in backticks: names and code are as they are.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// Whether the words are there as whole words.
fn has(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
    text.match_indices(words).any(|(at, _)| {
        outside(text[..at].chars().next_back()) && outside(text[at + words.len()..].chars().next())
    })
}

/// What is wrong in a text.
fn look(rules: &[Rule], place: &str, text: &str, wrong: &mut Vec<String>) {
    let text = without_code(text);
    for rule in rules.iter().filter(|rule| has(&text, &rule.words)) {
        let Rule { instead, words } = rule;
        wrong.push(format!("{place}: {words:?}; say: {instead}"));
    }
}

#[track_caller]
fn is_right(wrong: &[String]) {
    let wrong = wrong.join("\n");
    assert!(wrong.is_empty(), "not the words of STYLE.md:\n{wrong}");
}

/// The paragraphs of a page, each in one line, as a phrase may go on in the next one; with the number
/// of its first line.
fn paragraphs(text: &str) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut last = 0;
    for (number, line) in prose(text) {
        let begins = line.trim_start().starts_with(['|', '#', '-']);
        match paragraphs.last_mut() {
            Some((_, text)) if number == last + 1 && !begins && !line.is_empty() => {
                *text += " ";
                *text += line.trim();
            }
            _ => paragraphs.push((number, line.trim().to_owned())),
        }
        last = number;
    }
    paragraphs
}

#[test]
fn words_are_found_whole_and_outside_code() {
    let text = without_code("A `base` of sand; database, base-line, the layer.");
    assert!(has(&text, "layer") && !has(&text, "base"));
    let found = paragraphs("one\ntwo\n\n```\ncode\n```\n- three\n  four\n");
    let found: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(found, ["one two", "", "- three four"]);
}

#[test]
fn pages_use_the_words_of_the_style() {
    let rules = rules();
    let mut wrong = Vec::new();
    for page in pages()
        .iter()
        .filter(|page| !["STYLE.md", "docs/reference.md"].contains(&page.name.as_str()))
    {
        for (number, text) in paragraphs(&page.text) {
            look(
                &rules,
                &format!("{}:{number}", page.name),
                &text,
                &mut wrong,
            );
        }
    }
    is_right(&wrong);
}

/// The help, as it is printed. docs/reference.md has the same texts.
#[test]
fn the_help_uses_the_words_of_the_style() {
    let rules = rules();
    let mut wrong = Vec::new();
    let pages = fs::read_dir(root().join("man")).unwrap();
    let pages: Vec<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(pages.len() > 15, "{pages:?}");
    for page in &pages {
        let subcommand = page.strip_prefix("mfaexec-").unwrap_or_default();
        let subcommand = subcommand.trim_end_matches(".1");
        let mut mfaexec = Command::new(env!("CARGO_BIN_EXE_mfaexec"));
        mfaexec.env_clear().env("HOME", "/nonexistent");
        let words = [subcommand, "--help"];
        let said = mfaexec.args(words.iter().filter(|word| !word.is_empty()));
        let text = String::from_utf8(said.output().unwrap().stdout).unwrap();
        assert!(text.contains("--verbose"), "{text}");
        // As it is wrapped, a phrase may go on in the next line.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        look(
            &rules,
            &format!("mfaexec {subcommand} --help"),
            &text,
            &mut wrong,
        );
    }
    // The man pages have the help, and more.
    for entry in fs::read_dir(root().join("man")).unwrap() {
        let path = entry.unwrap().path();
        let man = fs::read_to_string(&path).unwrap();
        let man = man.lines().filter(|line| !line.starts_with(['.', '\'']));
        let man = man.collect::<Vec<_>>().join(" ").replace("\\-", "-");
        look(&rules, &path.display().to_string(), &man, &mut wrong);
    }
    is_right(&wrong);
}

/// The parts of a message are literals with a blank in them; others are names.
#[test]
fn messages_use_the_words_of_the_style() {
    let rules = rules();
    let mut wrong = Vec::new();
    let mut count = 0;
    for literal in literals::all() {
        if literal.text.contains(' ') {
            let place = format!("{}:{}", literal.file, literal.line);
            look(&rules, &place, &literal.text, &mut wrong);
            count += 1;
        }
    }
    assert!(count > 300, "{count} messages");
    is_right(&wrong);
}

/// Comments are read more often than pages. The lines of one are joined, as a phrase may go on in the
/// next line.
#[test]
fn comments_use_the_words_of_the_style() {
    let rules = rules();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, text) in literals::sources(&["src", "tests", "benches", "fuzz/targets"]) {
        for (number, comment) in comments(&text) {
            look(&rules, &format!("{file}:{number}"), &comment, &mut wrong);
            count += 1;
        }
    }
    assert!(count > 1000, "{count} comments");
    is_right(&wrong);
}

/// The comments of a source that have lines of their own, with the numbers of their first lines.
fn comments(text: &str) -> Vec<(usize, String)> {
    let mut comments: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1..).zip(text.lines()) {
        let comment = line.trim_start().strip_prefix("//");
        match (comment, comments.last_mut()) {
            (Some(words), Some((_, text))) if goes_on => {
                *text += " ";
                *text += words.trim_start_matches(['/', '!', ' ']);
            }
            (Some(words), _) => {
                let words = words.trim_start_matches(['/', '!', ' ']);
                comments.push((number, words.to_owned()));
            }
            (None, _) => {}
        }
        goes_on = comment.is_some();
    }
    comments
}

#[test]
fn comments_are_found_whole() {
    let found = comments("//! one\n//! two\n\nfn f() {\n    // three\n    g(); // no\n}\n");
    assert_eq!(found, [(1, "one two".to_owned()), (5, "three".to_owned())]);
}
