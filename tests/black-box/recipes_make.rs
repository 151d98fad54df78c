//! The recipes for make, just and npm: programs that run what a file says.

use crate::examples::{reader, with_aws};
use crate::harness::{World, finish, has, terminal};
use crate::recipes::{Recipe, recipe, refused_apart};
use crate::skipping::needs;

/// A recipe with one question, for which there has to be a terminal.
#[track_caller]
fn asks_once(recipe: &Recipe) -> World {
    let world = reader();
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    world
}

#[test]
fn a_prefix() {
    needs!("make", "setsid");
    let world = asks_once(&recipe("Some commands of a Makefile"));
    let said = refused_apart(&world, "make regions");
    has(
        &said.stderr,
        &["make: *** [Makefile:4: regions] Error 125\n"],
    );
}

#[test]
fn a_shell() {
    needs!("make", "setsid");
    let world = asks_once(&recipe("All commands of a Makefile"));
    refused_apart(&world, "make count");
    // $(shell) is run for any target.
    refused_apart(&world, "make clean");
}

#[test]
fn a_shell_of_some_targets() {
    needs!("make", "setsid");
    let world = asks_once(&recipe("Some targets of a Makefile"));
    refused_apart(&world, "make deploy");
    finish(with_aws(&world, world.program("make").arg("clean"))).succeeds();
}

/// What the inner make builds: three targets, each of which ends only when all of them have begun.
/// Alone, without the jobs of the outer one, it would never come to the second.
const STACKS: &str = r#"
all: one two three
one two three:
	@test -n "$$AWS_SESSION_TOKEN" && touch $@.begun
	@for n in $$(seq 300); do \
		test -e one.begun -a -e two.begun -a -e three.begun && exit; sleep 0.1; \
	done; exit 1
"#;

/// One question, one call with a code, all the jobs of the outer make, and not a word beside.
#[track_caller]
fn builds_with_one_code(recipe: &Recipe) {
    let world = reader();
    recipe.write(&world);
    world.write("stacks/Makefile", STACKS);
    let mut make = world.program("make");
    let mut seen = terminal({
        with_aws(&world, make.arg("-j8"));
        make
    });
    let before = seen.exp_string(". MFA code: ").unwrap();
    // Which of the eight asks is up to them.
    let line = before.strip_prefix("testuser (123456789012), to run ");
    let name = line.map(str::trim_end).unwrap_or_default();
    assert!(["aws", "make", "sh"].contains(&name), "{before:?}");
    // Long enough for the others to come to where they wait.
    std::thread::sleep(std::time::Duration::from_millis(500));
    seen.send_line(&world.aws.code("testuser")).unwrap();
    // Nothing is echoed in rexpect's terminal, the end of the line is mfaexec's.
    assert_eq!(seen.exp_eof().unwrap().trim(), "");
    assert_eq!(world.code_calls().len(), 1);
    for region in ["eu-central-1", "ap-southeast-2"] {
        let regions = std::fs::read_to_string(world.home().join(format!("{region}.json")));
        has(&regions.unwrap(), &["RegionName"]);
    }
    assert!(world.home().join("stacks/three.begun").exists());
    // Again, and a session is cached: no word at all, and no other call with a code.
    let said = finish(with_aws(&world, world.program("make").arg("-j8")));
    assert_eq!(
        (said.code, said.stdout.as_str(), said.stderr.as_str()),
        (Some(0), "", "")
    );
    assert_eq!(world.code_calls().len(), 1);
    refused_apart(&world, "make -j8");
}

#[test]
fn eight_jobs_with_a_prefix() {
    needs!("make", "setsid");
    builds_with_one_code(&recipe("make -j8, with a prefix"));
}

#[test]
fn eight_jobs_with_a_shell() {
    needs!("make", "setsid");
    builds_with_one_code(&recipe("make -j8, with a shell"));
}

#[test]
fn a_justfile() {
    needs!("just", "setsid");
    let world = asks_once(&recipe("A justfile"));
    let said = refused_apart(&world, "just regions");
    has(&said.stderr, &["exit code 125"]);
}

#[test]
fn a_justfiles_shell() {
    needs!("just", "setsid");
    let world = asks_once(&recipe("A justfile's shell"));
    refused_apart(&world, "just whoami");
}

#[test]
fn an_npm_script() {
    needs!("npm", "node", "setsid");
    let world = reader();
    // It would ask its registry for a newer npm now and then.
    world.write(".npmrc", "update-notifier=false\n");
    let recipe = recipe("An npm script");
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    let last = world.aws.journal().pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.region.as_str()),
        ("DescribeRegions", "eu-west-1")
    );
    refused_apart(&world, "npm run regions");
}
