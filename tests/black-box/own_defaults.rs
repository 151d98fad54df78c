//! `~/.config/mfaexec/config.toml`: a user's own defaults.

use serde_json::Value;

use crate::harness::{World, finish, has};

const FILE: &str = ".config/mfaexec/config.toml";

fn explain(world: &World, args: &[&str]) -> String {
    world.run(&[&["explain"], args].concat()).succeeds()
}

#[test]
fn what_the_file_says_counts_where_no_one_says_more() {
    let world = World::new();
    let config = world.write(
        FILE,
        "# mine\nprofile = \"testuser\"\nduration = \"8h\"\nmin-ttl = \"30m\"\ncache = \"plain\"\n\
         prompt = \"pinentry\"\ncolours = \"never\"\n",
    );
    let path = config.display();
    let text = explain(&world, &[]);
    has(
        &text,
        &[
            &format!("testuser   ({path}, line 2)"),
            &format!("8h   ({path}, line 3)"),
            &format!("30m   ({path}, line 4)"),
            &format!("own default        cache = plain   ({path}, line 5)"),
            &format!("own default        prompt = pinentry   ({path}, line 6)"),
            &format!("own default        colours = never   ({path}, line 7)"),
        ],
    );
    let json: Value = serde_json::from_str(&explain(&world, &["--json"])).unwrap();
    let own = json["own_defaults"].as_array().unwrap();
    assert_eq!(own.len(), 6);
    assert_eq!(own[3]["name"], "cache");
    assert_eq!(own[3]["origin"], format!("{path}, line 5"));

    // A run does what explain says.
    let code = world.code();
    world.run(&["-c", &code, "--", "true"]).succeeds();
    assert_eq!(world.code_calls()[0].duration_seconds, Some(8 * 3600));
    let names = crate::trouble::names(&world.cache());
    assert!(
        names.iter().any(|name| name.ends_with(".session")),
        "{names:?}"
    );
    let stored = names
        .iter()
        .find(|name| name.ends_with(".session"))
        .unwrap();
    let stored = std::fs::read(world.cache().join(stored)).unwrap();
    assert!(
        String::from_utf8_lossy(&stored).contains("testuser"),
        "it is plain"
    );
    has(&world.run(&["status"]).succeeds(), &["testuser", "8h"]);
    assert_eq!(world.run(&["status", "--check"]).code, Some(0));

    // Option, variable and profile come first.
    has(
        &explain(&world, &["-d", "1h", "--min-ttl", "5m"]),
        &["1h   (--duration)", "5m   (--min-ttl)"],
    );
    let mut chosen = world.mfaexec(&["explain"]);
    let chosen = finish(chosen.env("AWS_PROFILE", "otheruser")).succeeds();
    has(&chosen, &["otheruser   (AWS_PROFILE)", "8h   ("]);
    let aws = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    let own = "[profile testuser]\nmfaexec_duration = 2h\nmfaexec_min_ttl = 7m\n";
    world.write_config(&aws.replace("[profile testuser]\n", own));
    has(
        &explain(&world, &[]),
        &["duration           2h   (", "min ttl            7m   ("],
    );
}

/// A role decides by itself how long its sessions last.
#[test]
fn a_duration_of_ones_own_is_that_of_mfa_sessions() {
    let world = World::new();
    let aws = std::fs::read_to_string(world.home().join(".aws/config")).unwrap();
    world.write_config(&format!(
        "{aws}[profile deploy]\nsource_profile = testuser\n\
         role_arn = arn:aws:iam::123456789012:role/deployer\n"
    ));
    world.write(FILE, "duration = \"12h\"\n");
    let code = world.code();
    world
        .run(&["-p", "deploy", "-c", &code, "--", "true"])
        .succeeds();
    let durations: Vec<_> = world
        .aws
        .journal()
        .iter()
        .filter_map(|call| call.duration_seconds)
        .collect();
    assert_eq!(durations, [12 * 3600, 3600]);
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let world = World::new();
    for (text, parts) in [
        (
            "\nmin_ttl = \"1h\"\n",
            ["min_ttl is no setting", "line 2", "did you mean min-ttl?"],
        ),
        (
            "duration = 8h\n",
            ["cannot read", "line 1", "duration = \"8h\""],
        ),
        (
            "cache = \"secret\"\n",
            ["cache", "encrypted, plain, none", "line 1"],
        ),
        ("prompt = \"telepathy\"\n", ["prompt", "pinentry", "line 1"]),
    ] {
        let path = world.write(FILE, text).display().to_string();
        let parts = [&parts[..], &[path.as_str()]].concat();
        has(
            &world.run(&["-p", "testuser", "--", "true"]).fails(125),
            &parts,
        );
        has(&world.run(&["explain", "-p", "testuser"]).fails(1), &parts);
        let doctor = world.run(&["doctor", "-p", "testuser"]);
        assert_eq!(doctor.code, Some(1));
        has(&doctor.stdout, &parts[..2]);
        assert_eq!(world.run(&["--version"]).code, Some(0));
    }
    assert!(world.code_calls().is_empty());
}

#[test]
fn a_cache_of_none_keeps_nothing_and_says_so() {
    let world = World::new();
    world.write(FILE, "cache = \"none\"\n");
    let code = world.code();
    world
        .run(&["-p", "testuser", "-c", &code, "--", "true"])
        .succeeds();
    has(&world.run(&["status"]).succeeds(), &["no cached sessions"]);
    let error = world.run(&["login", "-p", "testuser"]).fails(2);
    has(&error, &["--cache none"]);
    let code = world.code();
    let login = ["login", "-p", "testuser", "--cache", "plain", "-c", &code];
    world.aws.move_clock(60);
    world.run(&login).fails(1);
}

#[test]
fn colours_are_as_the_file_says() {
    let world = World::new();
    let coloured = |changes: &[(&str, &str)]| {
        let mut command = world.mfaexec(&["-p", "nobody", "--", "true"]);
        let said = finish(command.envs(changes.iter().copied()));
        said.stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[]), "a pipe has none");
    world.write(FILE, "colours = \"always\"\n");
    assert!(coloured(&[]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
    let elsewhere = world.home().join("elsewhere");
    world.write("elsewhere/mfaexec/config.toml", "colours = \"never\"\n");
    assert!(!coloured(&[(
        "XDG_CONFIG_HOME",
        elsewhere.to_str().unwrap()
    )]));
}
