//! One file of the program as the rules see it: the modules that it declares, the names that `use`
//! binds, and every path in its code, also in macros and attributes.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Attribute, ExprMethodCall, ItemEnum, ItemMod, ItemStruct, ItemTrait, ItemType, ItemUse, Macro,
    Meta, UseTree, Visibility,
};

/// A file. Paths are lists of names; a module is named from the root of the crate on.
#[derive(Clone)]
pub(crate) struct SourceFile {
    /// Below `src/`.
    pub(crate) path: String,
    pub(crate) module: Vec<String>,
    /// `mod x;`: modules with a file of their own.
    pub(crate) declared: Vec<Vec<String>>,
    /// `mod x { … }`.
    pub(crate) inline: Vec<Vec<String>>,
    pub(crate) bound: Vec<Bound>,
    pub(crate) mentioned: Vec<Mention>,
    pub(crate) methods: BTreeSet<String>,
    /// The names of types and traits that are defined here.
    pub(crate) types: Vec<String>,
    pub(crate) has_unsafe: bool,
    pub(crate) forbids_unsafe: bool,
    /// What these rules could not look through.
    pub(crate) opaque: Vec<&'static str>,
}

/// A name that `use` makes known in a module.
#[derive(Clone)]
pub(crate) struct Bound {
    /// `*` for all that there is.
    pub(crate) name: String,
    pub(crate) path: Mention,
    /// It can be imported from here by others.
    pub(crate) public: bool,
}

/// A path, and the module in which it is written.
#[derive(Clone)]
pub(crate) struct Mention {
    pub(crate) scope: Vec<String>,
    pub(crate) names: Vec<String>,
}

impl SourceFile {
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let tokens: TokenStream = text.parse().unwrap();
        let module = module_of(path);
        let mut reader = Reader {
            file: Self {
                path: path.to_owned(),
                module: module.clone(),
                declared: Vec::new(),
                inline: Vec::new(),
                bound: Vec::new(),
                mentioned: Vec::new(),
                methods: BTreeSet::new(),
                types: Vec::new(),
                has_unsafe: has_word(tokens, "unsafe"),
                forbids_unsafe: syntax.attrs.iter().any(forbids_unsafe),
                opaque: Vec::new(),
            },
            scope: module,
        };
        reader.visit_file(&syntax);
        reader.file
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` is the root.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" => Vec::new(),
        _ => path.split('/').map(str::to_owned).collect(),
    }
}

fn has_word(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => has_word(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn forbids_unsafe(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::List(list) => {
            list.path.is_ident("forbid") && has_word(list.tokens.clone(), "unsafe_code")
        }
        Meta::Path(_) | Meta::NameValue(_) => false,
    }
}

struct Reader {
    file: SourceFile,
    scope: Vec<String>,
}

impl Reader {
    fn mention(&self, names: Vec<String>) -> Mention {
        Mention {
            scope: self.scope.clone(),
            names,
        }
    }

    /// Macros and attributes are not parsed: a path in them is names with `::` between.
    fn scan(&mut self, tokens: TokenStream) {
        let mut names: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_of(&mut names);
                    }
                    names.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end_of(&mut names);
                    self.scan(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.end_of(&mut names),
            }
        }
        self.end_of(&mut names);
    }

    fn end_of(&mut self, names: &mut Vec<String>) {
        if !names.is_empty() {
            let mention = self.mention(std::mem::take(names));
            self.file.mentioned.push(mention);
        }
    }

    fn bind(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let (name, names) = match tree {
            UseTree::Path(path) => return self.bind(&path.tree, &with(&path.ident), public),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.bind(tree, before, public);
                }
                return;
            }
            UseTree::Name(name) if name.ident == "self" => {
                (before.last().cloned().unwrap_or_default(), before.to_vec())
            }
            UseTree::Name(name) => (name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(rename) if rename.ident == "self" => {
                (rename.rename.to_string(), before.to_vec())
            }
            UseTree::Rename(rename) => (rename.rename.to_string(), with(&rename.ident)),
            UseTree::Glob(_) => {
                if public {
                    self.file.opaque.push("`pub use …::*`");
                }
                ("*".to_owned(), [before, &["*".to_owned()]].concat())
            }
        };
        self.file.bound.push(Bound {
            name,
            path: self.mention(names),
            public,
        });
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let module = [&self.scope[..], &[item.ident.to_string()]].concat();
        if item.content.is_none() {
            self.file.declared.push(module);
            return;
        }
        self.file.inline.push(module.clone());
        let outside = std::mem::replace(&mut self.scope, module);
        visit::visit_item_mod(self, item);
        self.scope = outside;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.bind(&item.tree, &[], public);
    }

    fn visit_item_struct(&mut self, item: &'ast ItemStruct) {
        self.file.types.push(item.ident.to_string());
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast ItemEnum) {
        self.file.types.push(item.ident.to_string());
        visit::visit_item_enum(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast ItemType) {
        self.file.types.push(item.ident.to_string());
        visit::visit_item_type(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.file.types.push(item.ident.to_string());
        visit::visit_item_trait(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        let mention = self.mention(names.collect());
        self.file.mentioned.push(mention);
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(in crate::x)` imports nothing.
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if call.path.is_ident("include") {
            self.file.opaque.push("`include!`");
        }
        visit::visit_macro(self, call);
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("path") {
            self.file.opaque.push("`#[path]`");
        }
        if let Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.file.methods.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }
}
