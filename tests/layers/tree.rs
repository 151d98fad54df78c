//! All files of the program, and which of them imports which other file or crate. A name is
//! followed through `pub use` to the file that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::source::{Mention, SourceFile};

#[derive(Clone)]
pub(crate) struct Tree {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) imports: BTreeSet<Import>,
    /// Crates of Cargo.toml, as code names them.
    pub(crate) dependencies: BTreeSet<String>,
    /// The place in `files` of the file that each module is in.
    modules: BTreeMap<Vec<String>, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: String,
    /// A file, or a path into another crate: `std::fs::read`.
    pub(crate) to: String,
    /// `pub use` of something in a module below: only a declaration.
    pub(crate) of_own: bool,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} imports {}", self.from, self.to)
    }
}

/// What a path comes to.
enum Place {
    /// From the root of this crate on.
    Here(Vec<String>),
    Elsewhere(Vec<String>),
}

impl Tree {
    pub(crate) fn new(files: Vec<SourceFile>, dependencies: BTreeSet<String>) -> Self {
        let mut modules = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            for module in file.inline.iter().chain([&file.module]) {
                modules.insert(module.clone(), at);
            }
        }
        let mut tree = Self {
            files,
            imports: BTreeSet::new(),
            dependencies,
            modules,
        };
        for file in &tree.files {
            let found = tree.imports_of(file).collect::<Vec<_>>();
            tree.imports.extend(found);
        }
        tree
    }

    fn imports_of<'a>(&'a self, file: &'a SourceFile) -> impl Iterator<Item = Import> + 'a {
        let bound = file.bound.iter().map(|bound| (&bound.path, bound.public));
        // A name without `::` says where it comes from only if `use` does.
        let mentioned = file.mentioned.iter().filter(|mention| {
            let first = &mention.names[0];
            mention.names.len() > 1 || file.bound.iter().any(|bound| bound.name == *first)
        });
        bound
            .chain(mentioned.map(|mention| (mention, false)))
            .filter_map(|(mention, public)| {
                let place = self.resolve(file, mention)?;
                let is_below =
                    matches!(&place, Place::Here(names) if names.starts_with(&file.module));
                let to = self.follow(place);
                (to != file.path).then(|| Import {
                    from: file.path.clone(),
                    to,
                    of_own: public && is_below,
                })
            })
    }

    /// Where a path leads as the file that has it would say it.
    fn resolve(&self, file: &SourceFile, mention: &Mention) -> Option<Place> {
        let Mention { scope, names } = mention;
        let (first, rest) = names.split_first()?;
        let below = |module: &[String]| Place::Here([module, rest].concat());
        match first.as_str() {
            "crate" => return Some(below(&[])),
            // The program's main is a crate of its own.
            "mfaexec" if file.path == "main.rs" => return Some(below(&[])),
            "self" => return Some(below(scope)),
            "super" => {
                let mut up = scope.clone();
                let count = names.iter().take_while(|name| *name == "super").count();
                up.truncate(scope.len().checked_sub(count)?);
                return Some(Place::Here([&up, &names[count..]].concat()));
            }
            _ => {}
        }
        if self
            .modules
            .contains_key(&[&scope[..], std::slice::from_ref(first)].concat())
        {
            return Some(Place::Here([&scope[..], names].concat()));
        }
        let bound = file
            .bound
            .iter()
            .find(|bound| bound.name == *first && bound.path.names[0] != *first);
        if let Some(bound) = bound {
            let names = [&bound.path.names, rest].concat();
            let scope = bound.path.scope.clone();
            return self.resolve(file, &Mention { scope, names });
        }
        let is_crate =
            ["std", "core", "alloc"].contains(&first.as_str()) || self.dependencies.contains(first);
        is_crate.then(|| Place::Elsewhere(names.clone()))
    }

    /// The file that has what is there, behind all `pub use`, or the path into another crate.
    fn follow(&self, place: Place) -> String {
        let names = match place {
            Place::Elsewhere(names) => return names.join("::"),
            Place::Here(names) => names,
        };
        let depth = (0..=names.len())
            .rev()
            .find(|depth| self.modules.contains_key(&names[..*depth]))
            .expect("the crate has a root");
        let (module, rest) = names.split_at(depth);
        let file = &self.files[self.modules[module]];
        let passed_on = rest.first().and_then(|name| {
            let mut bound = file.bound.iter();
            bound.find(|bound| bound.path.scope == module && bound.name == *name)
        });
        match passed_on.and_then(|bound| self.resolve(file, &bound.path)) {
            Some(place) => self.follow(place),
            None => file.path.clone(),
        }
    }
}
