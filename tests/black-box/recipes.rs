//! docs/recipes.md: takes a recipe from the page, puts its files into a reader's home and types what
//! the page types. The tests of the recipes are in the modules beside this one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::examples::{shows_what_a_user_sees, with_aws};
use crate::harness::{Said, World, finish, has};

const PAGE: &str = include_str!("../../docs/recipes.md");
const TESTS: [&str; 5] = [
    include_str!("recipes_apart.rs"),
    include_str!("recipes_ci.rs"),
    include_str!("recipes_inside.rs"),
    include_str!("recipes_make.rs"),
    include_str!("recipes_prompt.rs"),
];

/// What is below one heading.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// Each with its path in the home: what comes after a block's language.
    pub(crate) files: Vec<(String, String)>,
    /// Blocks of commands with what a user sees.
    pub(crate) consoles: Vec<String>,
}

fn headings() -> impl Iterator<Item = &'static str> {
    PAGE.lines().filter_map(|line| line.strip_prefix("### "))
}

/// The recipe below that heading.
#[track_caller]
pub(crate) fn recipe(heading: &str) -> Recipe {
    let begin = format!("\n### {heading}\n");
    let (_, text) = PAGE
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {heading}"));
    let mut recipe = Recipe {
        files: Vec::new(),
        consoles: Vec::new(),
    };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("##") {
            break;
        }
        let Some(block) = line.strip_prefix("```") else {
            continue;
        };
        let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let text = text.join("\n") + "\n";
        match block.split_once(' ') {
            Some((_, path)) => recipe.files.push((path.to_owned(), text)),
            None => recipe.consoles.push(text),
        }
    }
    recipe
}

impl Recipe {
    /// The text of a file.
    #[track_caller]
    pub(crate) fn file(&self, path: &str) -> &str {
        let (_, text) = self.files.iter().find(|(name, _)| name == path).unwrap();
        text
    }

    /// Puts the files into the home, scripts ready to run.
    pub(crate) fn write(&self, world: &World) {
        for (path, text) in &self.files {
            script(world, path, text);
        }
    }

    /// Writes the files, types the commands, and holds what comes against the page.
    #[track_caller]
    pub(crate) fn try_out(&self, world: &World) {
        self.write(world);
        for block in &self.consoles {
            shows_what_a_user_sees(world, block);
        }
    }

    /// What is typed, without what comes.
    pub(crate) fn commands(&self) -> Vec<&str> {
        let lines = self.consoles.iter().flat_map(|block| block.lines());
        lines.filter_map(|line| line.strip_prefix("$ ")).collect()
    }
}

/// A program in the home, which is first in the PATH.
pub(crate) fn script(world: &World, path: &str, text: &str) {
    let path = world.write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A line for a shell without a terminal, with the home in the PATH.
pub(crate) fn apart(world: &World, line: &str) -> Command {
    // setsid(1) takes the controlling terminal away, if the tests have one.
    let mut command = world.program("setsid");
    command.args(["--wait", "sh", "-c", line]);
    with_aws(world, &mut command);
    command
}

/// Without a session and a terminal the line fails, says how to sign in, and spends no code.
#[track_caller]
pub(crate) fn refused_apart(world: &World, line: &str) -> Said {
    world.run(&["clear", "-q"]).succeeds();
    let before = world.code_calls().len();
    let said = finish(&mut apart(world, line));
    assert_ne!(said.code, Some(0), "{said:?}");
    has(
        &said.stderr,
        &[
            "mfaexec: a code is needed, and mfaexec cannot ask for it\n",
            "mfaexec login -p testuser\n",
        ],
    );
    assert_eq!(world.code_calls().len(), before);
    said
}

#[test]
fn every_recipe_is_tested_and_every_link_leads_somewhere() {
    let mut count = 0;
    for heading in headings() {
        let call = format!("recipe(\"{heading}\")");
        assert!(
            TESTS.iter().any(|tests| tests.contains(&call)),
            "{call} is nowhere"
        );
        count += 1;
    }
    assert!(count > 15);
    // As GitHub makes them.
    let anchors: Vec<String> = headings()
        .map(|heading| {
            heading
                .to_lowercase()
                .replace(' ', "-")
                .replace([',', '\'', '.'], "")
        })
        .collect();
    for link in PAGE.split("](#").skip(1) {
        let (anchor, _) = link.split_once(')').unwrap();
        assert!(
            anchors.iter().any(|found| found == anchor),
            "#{anchor} leads nowhere"
        );
    }
}
