//! `--profiles`: the command names profiles itself, and each gets its session from mfaexec.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::{SERIAL, World, eventually, finish, has, terminal};

/// The story, a role on top of it, and everything that must not be in the private files.
fn world() -> World {
    let world = World::new();
    world.write_config(&format!(
        "[default]\nregion = us-west-2\noutput = table\n\
         [profile testuser]\nregion = eu-central-1\nmfa_serial = {SERIAL}\ns3 =\n  \
         addressing_style = path\nservices = own\n\
         [profile deployer]\nrole_arn = arn:aws:iam::123456789012:role/deployer\n\
         source_profile = testuser\nregion = eu-west-1\n\
         [services own]\ndynamodb =\n  endpoint_url = http://127.0.0.1:9\n"
    ));
    world
}

/// What a program of this world finds as `credential_process` of a profile, run by a shell as SDKs do.
const ASK: &str = r#"ask() {
    line=$(awk -v header="[profile $1]" '
        /^\[/ { inside = ($0 == header) }
        inside && sub(/^credential_process = /, "") { print }' "$AWS_CONFIG_FILE")
    sh -c "$line" | sed 's/.*AccessKeyId":"\([A-Z0-9]*\)".*/\1/'
}
"#;

#[test]
fn each_profile_has_its_own_session_and_its_own_settings() {
    let world = world();
    world.sign_in(&[]);
    let script = format!("{ASK} cat $AWS_CONFIG_FILE; env; ask testuser; ask deployer");
    let said = world.run(&["--profiles", "-p", "deployer", "--", "sh", "-c", &script]);
    let printed = said.succeeds();
    has(
        &printed,
        &[
            "[default]\nregion = us-west-2\noutput = table\n[profile deployer]\nregion = eu-west-1\n\
             credential_process = ",
            "credential-process -p testuser\n",
            "[profile testuser]\nregion = eu-central-1\ns3 = \n    addressing_style = path\n\
             services = own\ncredential_process = ",
            "[services own]\ndynamodb = \n    endpoint_url = http://127.0.0.1:9\n",
            "\nAWS_PROFILE=deployer\n",
        ],
    );
    for absent in [
        "AWS_REGION=",
        "AWS_ACCESS_KEY_ID=",
        "AKIA",
        "role_arn",
        "mfa_serial",
        "MFAEXEC_PROFILE=",
    ] {
        assert!(!printed.contains(absent), "{absent} in {printed}");
    }
    let keys: Vec<&str> = printed.lines().rev().take(2).collect();
    assert!(keys.iter().all(|key| key.starts_with("ASIA")), "{printed}");
    assert_ne!(keys[0], keys[1]);
    let own = world.run(&["-p", "testuser", "--", "printenv", "AWS_ACCESS_KEY_ID"]);
    assert_eq!(keys[1], own.succeeds().trim());
}

#[test]
fn no_secret_is_in_the_private_files_and_no_one_else_reads_them() {
    let world = world();
    world.sign_in(&[]);
    let script = "ls -ld $(dirname $AWS_CONFIG_FILE); cd $(dirname $AWS_CONFIG_FILE); stat -c '%a %n' . *; \
                  cat config credentials";
    let printed = world
        .run(&["--profiles", "--", "sh", "-c", script])
        .succeeds();
    has(&printed, &["700 .", "600 config", "600 credentials"]);
    let credentials = fs::read_to_string(world.home().join(".aws/credentials")).unwrap();
    let values = credentials
        .lines()
        .filter_map(|line| line.split_once(" = "));
    for (name, value) in values {
        assert!(!printed.contains(value), "{name} = {value} in {printed}");
    }
}

#[test]
fn one_question_is_asked_when_a_device_is_first_needed() {
    let world = world();
    let script =
        format!("{ASK} echo begun-$((0+1)); a=$(ask testuser); b=$(ask deployer); echo $a-$b");
    let mut at = world.at_terminal(&["--profiles", "--", "sh", "-c", &script]);
    at.exp_string("begun-1").unwrap();
    at.exp_string("code").unwrap();
    at.send_line(&world.code()).unwrap();
    at.exp_regex("ASIA[A-Z0-9]+-ASIA[A-Z0-9]+").unwrap();
    at.exp_eof().unwrap();
    assert_eq!(world.code_calls().len(), 1);
}

#[test]
fn without_a_default_it_works_and_a_misspelt_one_is_refused() {
    let world = World::new();
    world.sign_in(&[]);
    let printed = world.run(&["--profiles", "--", "env"]).succeeds();
    assert!(!printed.contains("AWS_PROFILE="), "{printed}");
    has(
        &world
            .run(&["--profiles", "-p", "testusr", "--", "true"])
            .fails(125),
        &["there is no profile testusr", "did you mean testuser?"],
    );
    has(
        &world
            .run(&["--profiles", "--duration", "1h", "--", "true"])
            .fails(125),
        &["--duration"],
    );
    let mut with_key = world.mfaexec(&["--profiles", "--", "env"]);
    with_key.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    with_key.env("AWS_SECRET_ACCESS_KEY", "not-for-the-command");
    let said = finish(&mut with_key);
    has(&said.stderr, &["does not get the key AKIAIOSFODNN7EXAMPLE"]);
    let printed = said.succeeds();
    assert!(
        !printed.contains("AKIA") && !printed.contains("not-for"),
        "{printed}"
    );
}

#[test]
fn a_run_inside_finds_the_users_own_profiles() {
    let world = world();
    world.sign_in(&[]);
    let inner = "mfaexec --no-input -- env; mfaexec explain -p deployer; mfaexec --profiles -- env";
    let printed = world
        .run(&["--profiles", "-p", "testuser", "--", "sh", "-c", inner])
        .succeeds();
    has(
        &printed,
        &[
            "MFAEXEC_PROFILE=testuser",
            "role/deployer",
            "AWS_PROFILE=testuser",
        ],
    );
    let configs = printed
        .lines()
        .filter(|line| line.starts_with("AWS_CONFIG_FILE="));
    assert_eq!(
        configs.count(),
        1,
        "only the last run has private files: {printed}"
    );
    assert!(!printed.contains("MFAEXEC_AWS_CONFIG_FILE"), "{printed}");
    // What the user has set is there again.
    let mut with_file = world.mfaexec(&[
        "--profiles",
        "-p",
        "testuser",
        "--",
        "sh",
        "-c",
        "mfaexec --no-input -- env",
    ]);
    let own = world.home().join(".aws/config");
    with_file.env("AWS_CONFIG_FILE", &own);
    let printed = finish(&mut with_file).succeeds();
    has(&printed, &[&format!("AWS_CONFIG_FILE={}\n", own.display())]);
}

fn runs(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.cache().join("runs"))
        .into_iter()
        .flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_a_command_has_left_is_swept_by_the_next_run_and_not_before_its_children_are_gone() {
    let world = world();
    world.run(&["--profiles", "--", "true"]).succeeds();
    assert_eq!(runs(&world).len(), 1);
    world.run(&["--profiles", "--", "true"]).succeeds();
    assert_eq!(runs(&world).len(), 1);
    // A child that its parent has left behind still reads the files.
    let script = "(sleep 600 & echo $! > pid) >/dev/null 2>&1";
    world
        .run(&["--profiles", "--", "sh", "-c", script])
        .succeeds();
    let used = runs(&world);
    world.run(&["--profiles", "--", "true"]).succeeds();
    assert!(runs(&world).contains(&used[0]), "{used:?}");
    let pid = fs::read_to_string(world.home().join("pid")).unwrap();
    crate::harness::kill("KILL", pid.trim());
    eventually("they are swept", || {
        world.run(&["--profiles", "--", "true"]).succeeds();
        runs(&world).len() == 1
    });
}

#[test]
fn with_refresh_the_selected_profile_is_served_and_the_others_ask() {
    let world = world();
    world.sign_in(&[]);
    let script = format!("{ASK} env; cat $AWS_CONFIG_FILE; ask testuser");
    let said = world.run(&[
        "--refresh",
        "--profiles",
        "-p",
        "deployer",
        "--",
        "sh",
        "-c",
        &script,
    ]);
    let printed = said.succeeds();
    has(
        &printed,
        &[
            "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:",
            "AWS_PROFILE=deployer\n",
            "[profile deployer]\nregion = eu-west-1\n[profile",
            "\nASIA",
        ],
    );
    assert!(!printed.contains("AWS_REGION="), "{printed}");
    eventually("the private files are gone", || runs(&world).is_empty());
}

#[test]
fn a_shell_has_every_profile_after_the_users_own_files() {
    let world = world();
    world.sign_in(&[]);
    world.write(
        ".bashrc",
        "export AWS_PROFILE=other AWS_CONFIG_FILE=/nowhere AWS_ACCESS_KEY_ID=AKIA\n",
    );
    let mut command = world.mfaexec(&[
        "shell",
        "--profiles",
        "-p",
        "testuser",
        "--shell",
        "/bin/bash",
    ]);
    command.env("TERM", "dumb");
    let mut bash = terminal(command);
    bash.exp_string("(testuser)").unwrap();
    bash.send_line(
        "echo \"<$AWS_PROFILE:$AWS_ACCESS_KEY_ID:$(grep -c credential-process $AWS_CONFIG_FILE)>\"",
    )
    .unwrap();
    // Everyone of the story has a key; of the two profiles in the config file, one more has a role.
    bash.exp_string("<testuser::11>").unwrap();
    bash.send_line("exit").unwrap();
    bash.exp_eof().unwrap();
}

#[test]
fn other_people_cannot_be_made_to_sweep() {
    let world = world();
    let runs = world.cache().join("runs");
    world.run(&["--profiles", "--", "true"]).succeeds();
    // What does not look like a run's is left alone.
    let foreign = runs.join("notes");
    fs::create_dir(&foreign).unwrap();
    let target = world.write("precious/file", "x");
    let pid = std::process::id();
    std::os::unix::fs::symlink(target.parent().unwrap(), runs.join(format!("x_{pid}-1"))).unwrap();
    world.run(&["--profiles", "--", "true"]).succeeds();
    assert!(foreign.exists() && target.exists());
    // A directory that others can write to is refused.
    fs::set_permissions(&runs, fs::Permissions::from_mode(0o777)).unwrap();
    world.run(&["--profiles", "--", "true"]).fails(125);
    fs::set_permissions(&runs, fs::Permissions::from_mode(0o700)).unwrap();
}

/// Programs inside look for the user's own files later, and from any directory.
#[test]
fn config_files_are_found_from_every_directory() {
    let world = World::new();
    let run = |path: &str| {
        let words = ["--profiles", "--", "printenv", "MFAEXEC_AWS_CONFIG_FILE"];
        let mut command = world.mfaexec(&words);
        command
            .current_dir(world.home())
            .env("AWS_CONFIG_FILE", path);
        finish(&mut command)
    };
    let config = world.home().join(".aws/config").display().to_string();
    assert_eq!(run(".aws/config").succeeds().trim(), config);
    nix::unistd::mkfifo(&world.home().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let error = run("pipe").fails(125);
    has(
        &error,
        &["pipe cannot be read again later", "write it to a file"],
    );
}
