//! Files that are read at once: what grows past that has to be in more than one.

use crate::files_below;

/// Lines of a file of the program, without the tests in it.
const LONGEST: usize = 300;
/// Lines of a file of tests.
const LONGEST_OF_TESTS: usize = 400;

/// Those that are longer, and by how much.
fn too_long(folder: &str, files: &[(String, String)], longest: usize) -> Vec<String> {
    let lengths = files.iter().map(|(path, text)| {
        let own = text.split("\n#[cfg(test)]\nmod tests {\n").next();
        (path, own.unwrap_or_default().lines().count())
    });
    let long = lengths.filter(|(_, lines)| *lines > longest);
    long.map(|(path, lines)| format!("{folder}/{path} has {lines} lines, {longest} are allowed"))
        .collect()
}

#[test]
fn files_are_short() {
    let folders = ["src", "tests", "benches", "fuzz"];
    let found = folders.map(|folder| {
        let files = files_below(folder);
        assert!(!files.is_empty(), "{folder} has no files");
        let longest = match folder {
            "src" => LONGEST,
            _ => LONGEST_OF_TESTS,
        };
        too_long(folder, &files, longest)
    });
    assert!(found.concat().is_empty(), "{}", found.concat().join("\n"));
}

#[test]
fn a_file_that_is_too_long() {
    let found = |text: &str| too_long("src", &[("a.rs".to_owned(), text.to_owned())], 2);
    let expected = "src/a.rs has 3 lines, 2 are allowed";
    assert_eq!(found("1\n2\n3\n"), [expected]);
    assert!(found("1\n2\n").is_empty());
    let tests = "\n#[cfg(test)]\nmod tests {\n    4\n}\n";
    assert!(found(&format!("1\n2{tests}")).is_empty());
    assert_eq!(found(&format!("1\n2\n3{tests}")), [expected]);
}
