//! Each rule is seen to fail: small programs with one fault each, in all forms that a fault can
//! have, and beside them what is allowed.

use std::collections::BTreeSet;

use crate::rules::{
    Rule, crates_stay_in_their_folders, every_file_is_seen, imports_go_down, no_circles,
    the_model_has_no_effects, types_have_names_of_their_own,
    unsafe_code_is_where_the_system_demands_it,
};
use crate::source::SourceFile;
use crate::tree::Tree;

/// What a rule finds in a program of these files.
fn found(rule: Rule, files: &[(&str, &str)]) -> String {
    let crates = ["jiff", "nix", "ring", "tokio"].map(str::to_owned);
    let files = files
        .iter()
        .map(|(path, text)| SourceFile::parse(path, text));
    rule(&Tree::new(files.collect(), BTreeSet::from(crates))).join("\n")
}

#[test]
fn a_file_that_is_not_seen() {
    let found = |files: &[_]| found(every_file_is_seen, files);
    let good = [
        ("lib.rs", "mod a; mod b { mod c; }"),
        ("a.rs", ""),
        ("b/c.rs", ""),
    ];
    assert_eq!(found(&good), "");
    assert_eq!(found(&good[..2]), "no file was seen for mod b::c");
    assert_eq!(
        found(&[("lib.rs", ""), ("a/b.rs", "")]),
        "no mod declares the file of a::b"
    );
    for (text, what) in [
        ("#[path = \"../b.rs\"] mod b {}", "`#[path]`"),
        ("include!(\"b.in\");", "`include!`"),
        ("pub(crate) use std::io::*;", "`pub use …::*`"),
    ] {
        let expected = format!("lib.rs: the rules see nothing behind {what}");
        assert_eq!(found(&[("lib.rs", text)]), expected);
    }
}

#[test]
fn an_import_of_what_is_above() {
    let found = |path, text| {
        let files = [
            ("lib.rs", ""),
            ("edge/mod.rs", ""),
            ("edge/clock.rs", "pub(crate) fn now() {}"),
            ("error.rs", "pub(crate) use crate::edge::clock::now;"),
            (path, text),
        ];
        found(imports_go_down, &files)
    };
    let itself = "error.rs imports edge/clock.rs";
    assert_eq!(
        found("sign_in.rs", "use crate::edge::clock; use std::fs;"),
        itself
    );
    for text in [
        "use crate::edge::clock;",
        "use crate::edge::clock::now as later;",
        "use crate::{edge::clock::{self}, error::Error};",
        "fn late() { use crate::edge::clock; }",
        "mod tests { use super::super::super::edge::clock; }",
        "fn late() -> u64 { crate::edge::clock::now() }",
        "use super::super::edge as lower; fn late() { lower::clock::now() }",
        "fn late() { println!(\"{}\", crate::edge::clock::now()) }",
        "#[serde(with(crate::edge::clock))] struct Late;",
        "impl crate::edge::clock::Clock for () {}",
        "pub(crate) use crate::edge::clock::now;",
        "use crate::error::now;",
    ] {
        let found = found("model/arn.rs", text);
        let expected = "model/arn.rs imports edge/clock.rs";
        assert!(
            found.lines().any(|line| line == expected),
            "{text}: {found}"
        );
    }
    let expected = "attic/a.rs: nothing says what attic may import";
    assert!(found("attic/a.rs", "").contains(expected));
}

#[test]
fn a_circle() {
    let found = |files: &[_]| {
        let found = found(no_circles, &[&[("lib.rs", "")], files].concat());
        found.replace("\n", "").replace("  ", "; ")
    };
    // Two files, also where one is the other's folder, and three.
    let (a, b) = (
        ("model/a.rs", "use super::b::B;"),
        ("model/b.rs", "use super::a::A;"),
    );
    let two = "a circle in src/model/:; model/a.rs imports model/b.rs; \
               model/b.rs imports model/a.rs";
    assert_eq!(found(&[a, b]), two);
    assert_eq!(found(&[a, ("model/b.rs", "")]), "");
    let (a, b) = (
        ("model/mod.rs", "use self::b::B;"),
        ("model/b.rs", "use super::A;"),
    );
    assert!(found(&[a, b]).starts_with("a circle in src/model/:"));
    let (a, b) = (
        ("model.rs", "use self::b::B;"),
        ("model/b.rs", "use super::A;"),
    );
    assert!(found(&[a, b]).starts_with("a circle in src/model/:"));
    let c = ("c.rs", "use crate::a::A;");
    let (a, b) = (
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "fn c() { crate::c::C::new() }"),
    );
    assert!(found(&[a, b, c]).starts_with("a circle in src/:"));
    // Two folders whose files are in none.
    let one = ("one/a.rs", "use crate::two::a;");
    let circle = [
        one,
        ("one/b.rs", ""),
        ("two/a.rs", ""),
        ("two/b.rs", "use crate::one::b;"),
    ];
    let folders = "a circle in src/:; one/a.rs imports two/a.rs; two/b.rs imports one/b.rs";
    assert_eq!(found(&circle), folders);
    assert_eq!(found(&circle[..3]), "");
    // What is passed on is followed to where it comes from.
    let passed_on = (
        "model/mod.rs",
        "mod a; mod b; pub(crate) use a::A; pub(crate) use b::B;",
    );
    let (a, b) = (
        ("model/a.rs", "use super::B;"),
        ("model/b.rs", "use crate::model::A;"),
    );
    assert_eq!(found(&[passed_on, a, b]), two);
    assert_eq!(found(&[passed_on, a, ("model/b.rs", "")]), "");
    // To pass on is no import, to use what is passed on is one.
    let user = (
        "model/mod.rs",
        "pub(crate) use a::A; type Mine = A; struct C;",
    );
    assert!(found(&[user, ("model/a.rs", "use super::C;")]).starts_with("a circle"));
}

#[test]
fn an_effect_in_the_model() {
    let found = |text| {
        found(
            the_model_has_no_effects,
            &[("lib.rs", ""), ("model/a.rs", text)],
        )
    };
    for text in [
        "use std::fs;",
        "use std::{env, fmt};",
        "use std::*;",
        "fn a() { std::process::exit(1) }",
        "use std::thread as t;",
        "use std as s; fn a() { s::io::stdin() }",
        "use std::net::TcpStream;",
        "use std::time; fn a() { time::SystemTime::now() }",
        "use std::time::Instant; fn a() { Instant::now() }",
        "use jiff::Timestamp; fn a() { Timestamp::now() }",
        "use jiff::tz::TimeZone; fn a() { TimeZone::system() }",
        "fn a(path: &std::path::Path) -> bool { path.exists() }",
        "fn a() { println!(\"{}\", std::env::args().count()) }",
    ] {
        assert!(
            found(text).starts_with("model/a.rs "),
            "{text}: {}",
            found(text)
        );
    }
    let pure = "use std::net::IpAddr; use std::time::Duration; use jiff::Timestamp;
        fn a() -> &str { \"std::fs::read\" /* std::env */ }";
    assert_eq!(found(pure), "");
}

#[test]
fn a_crate_outside_its_folder() {
    let found = |path, text| {
        let files = [("lib.rs", ""), (path, text)];
        let found = found(crates_stay_in_their_folders, &files);
        found.replace(path, "it")
    };
    assert_eq!(
        found("commands/run.rs", "use tokio::net;"),
        "it imports tokio::net"
    );
    assert_eq!(found("edge/aws/http.rs", "use tokio::net;"), "");
    assert_eq!(
        found("sign_in/a.rs", "fn a() { nix::unistd::pause() }"),
        "it imports nix::unistd"
    );
    assert_eq!(found("model/digest.rs", "use ring::digest;"), "");
    assert_eq!(
        found("model/digest.rs", "use ring::rand;"),
        "it imports ring::rand"
    );
    let files = [SourceFile::parse("lib.rs", "")];
    let tree = Tree::new(files.into(), BTreeSet::from(["leftpad".to_owned()]));
    let unknown = ["nothing says where the crate leftpad may be used"];
    assert_eq!(crates_stay_in_their_folders(&tree), unknown);
}

#[test]
fn unsafe_code_in_another_file() {
    let found = |path, text| {
        let files = [("lib.rs", ""), (path, text)];
        found(unsafe_code_is_where_the_system_demands_it, &files)
    };
    for text in [
        "fn a() { unsafe { b() } }",
        "unsafe fn a() {}",
        "unsafe impl Send for A {}",
        "unsafe extern \"C\" { fn a(); }",
        "#[unsafe(no_mangle)] fn a() {}",
        "a!(unsafe { b() });",
    ] {
        assert_eq!(
            found("edge/clock.rs", text),
            "edge/clock.rs has unsafe code",
            "{text}"
        );
        assert_eq!(found("edge/signals.rs", text), "", "{text}");
    }
    assert_eq!(
        found("edge/clock.rs", "// unsafe\nfn a() -> &str { \"unsafe\" }"),
        ""
    );
    let open = "model/mod.rs does not forbid unsafe code";
    assert_eq!(found("model/mod.rs", "#![deny(unsafe_code)]"), open);
    assert_eq!(found("model/mod.rs", "#![forbid(unsafe_code)]"), "");
}

#[test]
fn two_types_of_one_name() {
    let found = |text| {
        let files = [("lib.rs", ""), ("a.rs", "struct A;"), ("b.rs", text)];
        found(types_have_names_of_their_own, &files)
    };
    for text in [
        "pub(crate) enum A {}",
        "type A = u8;",
        "trait A {}",
        "mod tests { struct A; }",
        "fn a() { struct A; }",
    ] {
        let expected = "several types are called A: a.rs, b.rs";
        assert_eq!(found(text), expected, "{text}");
    }
    assert_eq!(found("use crate::a::A; enum B { A } fn a<A>() {}"), "");
}
