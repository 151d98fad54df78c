//! What the pages of the repository say: links lead somewhere, the reference has every name that the
//! sources read, and the words are those of STYLE.md.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

mod literals;
mod names;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A page, by its path in the repository.
struct Page {
    name: String,
    text: String,
}

/// Every page for people: those at the root, those in docs.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for directory in ["", "docs", "docs/decisions"] {
        for entry in fs::read_dir(root().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                let text = fs::read_to_string(&path).unwrap();
                pages.push(Page { name, text });
            }
        }
    }
    assert!(pages.len() > 10, "{} pages", pages.len());
    pages
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of a page that are prose or tables, with their numbers: no blocks of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        (!fence && !in_block).then_some((number + 1, line))
    })
}

/// The anchor that GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let mut count = 0;
    for page in &pages {
        for (number, line) in prose(&page.text) {
            for link in line.split("](").skip(1) {
                let (target, _) = link.split_once(')').unwrap();
                let place = format!("{}:{number}: {target}", page.name);
                let (file, part) = target.split_once('#').unwrap_or((target, ""));
                if file.starts_with("https://") {
                    continue;
                }
                let here = root().join(&page.name);
                let path = match file {
                    "" => here,
                    file => here.parent().unwrap().join(file),
                };
                assert!(path.exists(), "{place} is not there");
                if !part.is_empty() {
                    assert!(has_anchor(&path, part), "{place} has no such heading");
                }
                count += 1;
            }
        }
    }
    assert!(count > 30, "{count} links");
}

fn has_anchor(path: &Path, part: &str) -> bool {
    let text = fs::read_to_string(path).unwrap();
    prose(&text)
        .filter(|(_, line)| line.starts_with('#'))
        .any(|(_, line)| anchor(line.trim_start_matches('#')) == part)
}

/// The rule of STYLE.md: else an example is not coloured, and no test sees what it is.
#[test]
fn every_block_names_its_language() {
    for page in pages() {
        let mut inside = false;
        for (number, line) in page.text.lines().enumerate() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                inside = !inside;
                // The tree and the rules of import are in no language.
                let known = !language.is_empty() || page.name == "ARCHITECTURE.md";
                assert!(known || !inside, "{}:{}", page.name, number + 1);
            }
        }
    }
}

/// Issue 10: what a newcomer meets first is one screen after the other, and not many.
#[test]
fn the_readme_is_short_and_says_which_page_is_for_whom() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150);
    for page in pages() {
        let of_users = page.name.starts_with("docs/") && !page.name.starts_with("docs/decisions/");
        let linked = readme.contains(&format!("({})", page.name));
        assert!(linked || !of_users, "{} is not in the README", page.name);
    }
}

/// A file that was renamed or dissolved must not stay in the tree.
#[test]
fn every_file_in_the_tree_is_there() {
    let mut files = BTreeSet::new();
    for directory in ["src", "tests"] {
        collect(&root().join(directory), &mut files);
    }
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, rest) = page.split_once("## The tree").unwrap();
    let tree = rest.split("```").nth(1).unwrap();
    let mut count = 0;
    for word in tree.split([' ', '\n', ',', ';']) {
        if word.ends_with(".rs") {
            let name = word.rsplit('/').next().unwrap();
            assert!(files.contains(name), "there is no {word}");
            count += 1;
        }
    }
    assert!(count > 20, "{count} files in the tree");
}

fn collect(directory: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
        } else {
            names.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
}
