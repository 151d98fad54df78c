//! The rules, each a function from all files to what is wrong in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{Import, Tree};
use crate::{CRATES, EFFECTS, EFFECTS_OF_METHODS, MAY_IMPORT, UNSAFE};

pub(crate) type Rule = fn(&Tree) -> Vec<String>;

pub(crate) const RULES: [Rule; 7] = [
    every_file_is_seen,
    imports_go_down,
    no_circles,
    the_model_has_no_effects,
    crates_stay_in_their_folders,
    unsafe_code_is_where_the_system_demands_it,
    types_have_names_of_their_own,
];

/// Each file has been declared by a `mod`, and each `mod` has a file: what is not looked at cannot
/// be wrong.
pub(crate) fn every_file_is_seen(tree: &Tree) -> Vec<String> {
    let is_root = |path: &str| ["lib.rs", "main.rs"].contains(&path);
    let files = tree.files.iter().filter(|file| !is_root(&file.path));
    let seen: BTreeSet<_> = files.map(|file| &file.module).collect();
    let declared: BTreeSet<_> = tree.files.iter().flat_map(|file| &file.declared).collect();
    let mut wrong = Vec::new();
    for module in declared.difference(&seen) {
        wrong.push(format!("no file was seen for mod {}", module.join("::")));
    }
    for module in seen.difference(&declared) {
        wrong.push(format!("no mod declares the file of {}", module.join("::")));
    }
    for file in &tree.files {
        let opaque = file.opaque.iter();
        wrong.extend(
            opaque.map(|what| format!("{}: the rules see nothing behind {what}", file.path)),
        );
    }
    wrong
}

/// The part of the program that a file belongs to: a folder, or a file beside the folders.
pub(crate) fn part_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn is_file(to: &str) -> bool {
    to.ends_with(".rs")
}

pub(crate) fn imports_go_down(tree: &Tree) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &tree.files {
        let part = part_of(&file.path);
        if !MAY_IMPORT.iter().any(|(name, _)| *name == part) {
            wrong.push(format!(
                "{}: nothing says what {part} may import",
                file.path
            ));
        }
    }
    let of_files = tree.imports.iter().filter(|import| is_file(&import.to));
    let upwards = of_files.filter(|import| {
        let (from, to) = (part_of(&import.from), part_of(&import.to));
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == from);
        from != to && !allowed.is_some_and(|(_, below)| below.contains(&to))
    });
    wrong.extend(upwards.map(Import::to_string));
    wrong
}

/// Neither between files nor between folders: in each folder, what is in it (a file, or a folder as
/// a whole) is looked at as one thing. A circle of files is one of these in the folder that has all
/// of them.
pub(crate) fn no_circles(tree: &Tree) -> Vec<String> {
    let paths: Vec<&str> = tree.files.iter().map(|file| &*file.path).collect();
    // `a.rs` is the same as `a/mod.rs`.
    let place = |path: &str| {
        let folder = path.strip_suffix(".rs").map(|stem| format!("{stem}/"));
        match folder.filter(|folder| paths.iter().any(|path| path.starts_with(folder))) {
            Some(folder) => format!("{folder}mod.rs"),
            None => path.to_owned(),
        }
    };
    let imports: Vec<(&Import, String, String)> = tree
        .imports
        .iter()
        .filter(|import| is_file(&import.to) && !import.of_own)
        .map(|import| (import, place(&import.from), place(&import.to)))
        .collect();
    let folders: BTreeSet<&str> = imports
        .iter()
        .flat_map(|(_, from, _)| from.match_indices('/').map(|(at, _)| &from[..=at]))
        .chain([""])
        .collect();
    let circles = folders.iter().filter_map(|folder| {
        let inside = |path: &'_ str| Some(path.strip_prefix(folder)?.split('/').next()?.to_owned());
        let mut between: Vec<_> = imports
            .iter()
            .filter_map(|(import, from, to)| Some((import, inside(from)?, inside(to)?)))
            .filter(|(_, from, to)| from != to)
            .collect();
        // Nothing that no one imports, or that imports nothing, is in a circle.
        loop {
            let from: BTreeSet<_> = between.iter().map(|(_, from, _)| from.clone()).collect();
            let to: BTreeSet<_> = between.iter().map(|(_, _, to)| to.clone()).collect();
            let before = between.len();
            between.retain(|(_, one, other)| to.contains(one) && from.contains(other));
            if between.len() == before {
                break;
            }
        }
        let imports: Vec<_> = between.iter().map(|(it, ..)| format!("  {it}")).collect();
        (!imports.is_empty()).then(|| format!("a circle in src/{folder}:\n{}", imports.join("\n")))
    });
    circles.collect()
}

pub(crate) fn the_model_has_no_effects(tree: &Tree) -> Vec<String> {
    let in_model = |path: &str| part_of(path) == "model";
    let is_effect = |to: &str| match to.strip_suffix('*') {
        Some(all) => EFFECTS.iter().any(|effect| effect.starts_with(all)),
        None => to.ends_with("::now") || EFFECTS.iter().any(|effect| to.starts_with(effect)),
    };
    let imports = tree.imports.iter();
    let mut wrong: Vec<String> = imports
        .filter(|import| in_model(&import.from) && !is_file(&import.to) && is_effect(&import.to))
        .map(Import::to_string)
        .collect();
    for file in tree.files.iter().filter(|file| in_model(&file.path)) {
        let methods = EFFECTS_OF_METHODS.iter();
        let called = methods.filter(|method| file.methods.contains(**method));
        wrong.extend(called.map(|method| format!("{} calls .{method}()", file.path)));
    }
    wrong
}

pub(crate) fn crates_stay_in_their_folders(tree: &Tree) -> Vec<String> {
    let is_within = |path: &str, known: &str| {
        path.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    let is_known = |name: &&String| CRATES.iter().any(|(known, _)| known == name);
    let unknown = tree.dependencies.iter().filter(|name| !is_known(name));
    let mut wrong: BTreeSet<String> = unknown
        .map(|name| format!("nothing says where the crate {name} may be used"))
        .collect();
    for import in &tree.imports {
        // The longest entry: a part of a crate may have a rule of its own.
        let rule = CRATES
            .iter()
            .filter(|(known, _)| is_within(&import.to, known))
            .max_by_key(|(known, _)| known.len());
        if let Some((_, places)) = rule
            && !places.iter().any(|place| import.from.starts_with(place))
        {
            let named: Vec<&str> = import.to.split("::").take(2).collect();
            wrong.insert(format!("{} imports {}", import.from, named.join("::")));
        }
    }
    wrong.into_iter().collect()
}

pub(crate) fn unsafe_code_is_where_the_system_demands_it(tree: &Tree) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &tree.files {
        if file.has_unsafe && !UNSAFE.contains(&&*file.path) {
            wrong.push(format!("{} has unsafe code", file.path));
        }
        if file.path == "model/mod.rs" && !file.forbids_unsafe {
            wrong.push(format!("{} does not forbid unsafe code", file.path));
        }
    }
    wrong
}

/// A reader who meets a name knows which type it is, and finds it by searching.
pub(crate) fn types_have_names_of_their_own(tree: &Tree) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &tree.files {
        for name in &file.types {
            places.entry(name).or_default().push(&file.path);
        }
    }
    let several = places.into_iter().filter(|(_, places)| places.len() > 1);
    several
        .map(|(name, places)| format!("several types are called {name}: {}", places.join(", ")))
        .collect()
}
