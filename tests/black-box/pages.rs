//! The examples of the pages for users, run: console blocks at a pseudo-terminal, the policy in the
//! stand-in for AWS, programs that print codes. What a page shows is what a user sees. The recipes
//! have tests of their own, in `recipes.rs`.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::examples::{PAGES, blocks, page, reader, shows_what_a_user_sees, with_aws};
use crate::harness::{SERIAL, World, finish};

/// The only block of this kind on a page.
fn block(name: &str, info: &str) -> String {
    let mut found = blocks(name);
    found.retain(|block| block.info == info);
    assert_eq!(found.len(), 1, "{info} in {name}");
    found.remove(0).text
}

/// Each block has a home of its own, with the files that its page shows.
#[track_caller]
fn console_examples_show_what_a_user_sees(name: &str) {
    let blocks = blocks(name);
    for block in &blocks {
        if block.info != "console" {
            continue;
        }
        let world = reader();
        for file in &blocks {
            if let Some((_, path)) = file.info.split_once(' ') {
                world.write(path, &file.text);
            }
        }
        if !block.text.contains("MFA code:") {
            world.sign_in(&[]);
        }
        shows_what_a_user_sees(&world, &block.text);
    }
}

#[test]
fn console_examples_of_every_page_show_what_a_user_sees() {
    let mut with_examples = 0;
    for name in PAGES.iter().filter(|name| **name != "docs/recipes.md") {
        console_examples_show_what_a_user_sees(name);
        let has_one = blocks(name).iter().any(|block| block.info == "console");
        with_examples += usize::from(has_one);
    }
    assert!(with_examples > 2, "{with_examples} pages have an example");
}

/// A new page must not be left out.
#[test]
fn every_page_is_known() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(root.join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = PAGES.contains(&format!("docs/{name}").as_str());
        assert!(is_known || !name.ends_with(".md"), "docs/{name}");
    }
}

/// Each program is a stand-in that knows what it has to be called with, and prints what the real one
/// does.
#[test]
fn the_programs_that_give_codes_are_called_as_they_want_to_be() {
    let world = reader();
    let own = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let recipes = block("docs/profiles.md", "ini");
    let recipes = recipes
        .lines()
        .filter(|line| line.starts_with("mfa_process = "));
    let mut known = vec![
        (
            "ykman",
            "oath accounts code --single aws:testuser",
            "Touch your YubiKey...",
            "CODE\\n",
        ),
        ("op", "item get AWS testuser --otp", "", "CODE\\n"),
        ("pass", "otp aws/testuser", "", "CODE\\n"),
        ("gopass", "otp -o aws/testuser", "", "CODE\\n"),
        ("bw", "get totp aws-testuser", "", "CODE"),
        // Without --single.
        (
            "ykman",
            "oath accounts code aws:testuser",
            "",
            "aws:testuser  CODE\\n",
        ),
    ];
    let unsingle = "mfa_process = ykman oath accounts code aws:testuser";
    for recipe in recipes.chain([unsingle]) {
        let (program, arguments, stderr, stdout) = known.remove(0);
        let script = format!(
            "#!/bin/sh\n[ \"$*\" = '{arguments}' ] || exit 64\n\
             [ -t 0 ] && exit 65\necho '{stderr}' >&2\nprintf '{}'\n",
            stdout.replace("CODE", &world.code())
        );
        let path = world.write(program, script);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
        world.write_config(&format!("{own}{recipe}\n"));
        let mut command = world.mfaexec(&["--fresh", "-p", "testuser", "--", "echo", "done"]);
        let said = finish(with_aws(&world, &mut command));
        assert!(said.stderr.contains(stderr), "{said:?}");
        assert_eq!(said.succeeds(), "done\n", "{recipe}");
    }
    assert!(known.is_empty(), "not on the page: {known:?}");
}

/// The fields that the reference lists below a heading.
fn fields(heading: &str) -> BTreeSet<String> {
    let page = page("docs/reference.md");
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.lines().take_while(|line| !line.starts_with("## "));
    let fields = section.filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    fields.map(|(field, _)| field.to_owned()).collect()
}

/// The paths of all fields in a JSON document; in a map of variables the names are not fields.
fn paths(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if path != "environment.set" => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                let path = format!("{path}{dot}{name}");
                paths(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(values) => {
            for value in values {
                paths(value, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

/// Checks fail in this world, and the object is there all the same.
fn look_at_doctor(world: &World) -> BTreeSet<String> {
    let said = world.run(&["doctor", "-p", "testuser", "--json"]);
    let mut found = BTreeSet::new();
    paths(&serde_json::from_str(&said.stdout).unwrap(), "", &mut found);
    found
}

#[test]
fn the_reference_has_every_field_of_the_json() {
    let world = reader();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\ncli_timestamp_format = iso8601\n"
    ));
    world.write(".config/mfaexec/config.toml", "duration = \"8h\"\n");
    let mut found = BTreeSet::new();
    let mut look = |args: &[&str]| {
        let json = world.run(args).succeeds();
        paths(&serde_json::from_str(&json).unwrap(), "", &mut found);
        std::mem::take(&mut found)
    };
    let explained = look(&["explain", "-p", "testuser", "--json"]);
    assert_eq!(explained, fields("JSON of `explain`"));
    let aws = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{aws}[profile broken]\nsource_profile = nowhere\n"
    ));
    let profiles = look(&["profiles", "--json"]);
    assert_eq!(profiles, fields("JSON of `profiles`"));
    let regions = look(&["regions", "-p", "testuser", "--json"]);
    assert_eq!(regions, fields("JSON of `regions`"));
    assert_eq!(look_at_doctor(&world), fields("JSON of `doctor`"));
    world.sign_in(&[]);
    assert_eq!(look(&["status", "--json"]), fields("JSON of `status`"));
}
