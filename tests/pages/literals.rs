//! The string literals of the sources, without those of comments and of unit tests.

use std::fs;
use std::path::Path;

/// A literal, its file and its line.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Every literal below `src`.
pub(crate) fn all() -> Vec<Literal> {
    let mut literals = Vec::new();
    for (file, source) in sources(&["src"]) {
        let (code, _) = source
            .split_once("#[cfg(test)]\nmod tests")
            .unwrap_or((&source, ""));
        for (line, text) in of(code) {
            let file = file.clone();
            literals.push(Literal { file, line, text });
        }
    }
    assert!(literals.len() > 1000, "{} literals", literals.len());
    literals
}

/// The sources below these folders, each with its name.
pub(crate) fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in folders {
        walk(&root.join(folder), &mut |path| {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            sources.push((name, fs::read_to_string(path).unwrap()));
        });
    }
    sources
}

fn walk(directory: &Path, look: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path);
        }
    }
}

/// Doc comments of clap's structs are the help, which is looked at as it is printed.
fn of(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = code;
    let line_of = |rest: &str| code[..code.len() - rest.len()].matches('\n').count() + 1;
    while let Some(at) = rest.find(['"', '/', '\'', 'r']) {
        let line = line_of(&rest[at..]);
        let here = &rest[at..];
        let hashes = here[1..].bytes().take_while(|byte| *byte == b'#').count();
        let word_before = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        rest = if let Some(comment) = here.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if here.starts_with('r') && !word_before && here[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let (text, after) = here[2 + hashes..].split_once(&end).unwrap();
            found.push((line, text.to_owned()));
            after
        } else if let Some(text) = here.strip_prefix('"') {
            let (text, after) = text.split_at(end_of(text));
            found.push((line, joined(text)));
            &after[1..]
        } else if let Some(after) = here.strip_prefix("'\"'") {
            after
        } else if here.starts_with("'\\") {
            // An escaped character, of one letter or longer.
            &here[3 + here[3..].find('\'').unwrap() + 1..]
        } else {
            &here[1..]
        };
    }
    found
}

/// Where the quotation mark is that ends a literal.
fn end_of(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap()
}

/// A literal that goes on in the next line, as one line.
fn joined(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + line.trim_start())
}

#[test]
fn literals_are_found() {
    let code = r##"
        // "a comment"
        let a = "one"; let b = 'x'; let c = '"'; let d = "two \" three \
            four"; let e: &'static str = r#"five " six"#; let f = '\''; let g = "\\";
        let url = "http://x"; /// "doc"
    "##;
    let found: Vec<_> = of(code).into_iter().map(|(_, text)| text).collect();
    let wanted = [
        "one",
        "two \\\" three four",
        "five \" six",
        "\\\\",
        "http://x",
    ];
    assert_eq!(found, wanted);
}
