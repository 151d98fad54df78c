//! A command that is no program: the error has the line that runs what was meant, before any code is
//! asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{SERIAL, Said, World, finish, has};

fn run(world: &World, command: &[&str]) -> Said {
    let mut mfaexec = world.mfaexec(&["-p", "testuser", "-d", "1h", "-c", "123456", "--"]);
    finish(mfaexec.args(command).env("SHELL", "/bin/zsh"))
}

/// What comes after these options of each line.
const RUN: &str = "mfaexec -p testuser -d 1h -- ";

#[track_caller]
fn means(world: &World, rows: &[(&[&str], i32, &str)]) {
    for (command, code, line) in rows {
        let error = run(world, command).fails(*code);
        let remedy = error.split("  remedy: ").nth(1).unwrap().trim_end();
        let line = line
            .replace("RUN ", RUN)
            .replace("SHELL", "mfaexec shell -p testuser -d 1h");
        assert_eq!(remedy, line, "{command:?}");
    }
    // Nothing was asked, and nothing was sent.
    assert!(world.aws.journal().is_empty());
}

fn script(world: &World, path: &str, text: &str, mode: u32) {
    let path = world.write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_assignment_is_made_by_env() {
    means(
        &World::new(),
        &[
            (&["FOO=BAR", "true"], 127, "RUN env FOO=BAR true"),
            (
                &["A=a b", "B=", "printf", "%s x"],
                127,
                "RUN env 'A=a b' B= printf '%s x'",
            ),
            (&["A=/x/y", "no-such", "x"], 127, "RUN env A=/x/y no-such x"),
            (&["A=1 true x"], 127, "RUN env A=1 true x"),
            // env alone would show the keys.
            (&["A=1"], 127, "A=1 SHELL"),
            (&["export", "A=1"], 127, "A=1 SHELL"),
            // The profile's variable would hide the session.
            (
                &["AWS_PROFILE=other", "true"],
                127,
                "mfaexec -d 1h -p other -- true",
            ),
            (
                &["A=1", "AWS_PROFILE=other", "true"],
                127,
                "mfaexec -d 1h -p other -- env A=1 true",
            ),
        ],
    );
}

#[test]
fn a_line_in_one_word_loses_its_quotes() {
    means(
        &World::new(),
        &[
            (&["env aws s3"], 127, "RUN env aws s3"),
            (&["env aws", "s3 ls"], 127, "RUN env aws 's3 ls'"),
            (&["printf '%s' 'a b'"], 127, "RUN printf '%s' 'a b'"),
            (&[" true "], 127, "RUN true"),
            (&["true\r"], 127, "RUN true"),
            (&["env | head"], 127, "RUN sh -c 'env | head'"),
            (&["true&&true"], 127, "RUN sh -c 'true&&true'"),
            (&["echo $HOME"], 127, "RUN sh -c 'echo $HOME'"),
            (&["cd x && true"], 127, "RUN sh -c 'cd x && true'"),
            (&["la -l"], 127, "RUN zsh -ic 'la -l'"),
        ],
    );
}

#[test]
fn words_of_the_shell_are_no_programs() {
    means(
        &World::new(),
        &[
            (&["ll"][..], 127, "RUN zsh -ic 'll'"),
            (&["ll", "a b"], 127, "RUN zsh -ic \"ll 'a b'\""),
            (&["cd", "/tmp/a b"], 127, "cd '/tmp/a b' && SHELL"),
            (&["alias", "x=y"], 127, "SHELL"),
            (&["source", "./env.sh"], 127, "RUN zsh -c 'source ./env.sh'"),
            (&["exec", "true", "x"], 127, "RUN true x"),
            (&["eval", "true | true"], 127, "RUN sh -c 'true | true'"),
            (&["$", "true", "x"], 127, "RUN true x"),
        ],
    );
    let world = World::new();
    for (word, line) in [
        ("cd", "cd /tmp && mfaexec shell -p testuser"),
        ("exec", "-- /tmp"),
    ] {
        has(
            &run(&world, &[word, "/tmp"]).fails(127),
            &["a word of the shell", line],
        );
    }
    let error = run(&world, &["no-such-thing", "x"]).fails(127);
    has(&error, &["install it", "zsh -ic 'no-such-thing x'"]);
    has(
        &run(&world, &["tru", "x"]).fails(127),
        &["did you mean true? mfaexec -p testuser -d 1h -- true x"],
    );
}

#[test]
fn files_that_are_no_programs() {
    let world = World::new();
    script(&world, "plain.sh", "true\n", 0o644);
    script(&world, "script", "#!/bin/sh\n", 0o644);
    script(&world, "tool.py", "print()\n", 0o644);
    script(&world, "runs", "#!/bin/sh\n", 0o755);
    fs::create_dir(world.home().join("directory")).unwrap();
    fs::create_dir(world.home().join("true")).unwrap();
    means(
        &world,
        &[
            (
                &["./plain.sh", "x"],
                126,
                "chmod +x ./plain.sh && RUN ./plain.sh x",
            ),
            (&["./script"], 126, "chmod +x ./script && RUN ./script"),
            (&["./tool.py", "x"], 126, "RUN python3 ./tool.py x"),
            (&["plain.sh"], 127, "chmod +x ./plain.sh && RUN ./plain.sh"),
            (&["runs", "x"], 127, "RUN ./runs x"),
            (&["./directory"], 126, "cd ./directory && SHELL"),
            (&["./true", "x"], 126, "RUN true x"),
            (&["./env", "x"], 127, "RUN env x"),
            (&["~/bin/x y", "z"], 127, "RUN sh -c '~/bin/x y z'"),
            (&["~/bin/x", "a b"], 127, "RUN ~/bin/x 'a b'"),
            (&["$HOME/x"], 127, "RUN \"$HOME\"/x"),
            (&["./*.sh"], 127, "RUN sh -c './*.sh'"),
        ],
    );
    // A text is no program, no matter what asks for it.
    let error = run(&world, &["./.aws/config"]).fails(126);
    assert!(!error.contains("chmod"), "{error}");
}

#[test]
fn what_mfaexec_understands_itself() {
    let world = World::new();
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n[profile other]\nmfa_serial = {SERIAL}\n"
    ));
    means(
        &world,
        &[
            (
                &["other", "true", "x"],
                127,
                "mfaexec -d 1h -p other -- true x",
            ),
            (&["other"], 127, "mfaexec shell -d 1h -p other"),
            (
                &["--fresh", "env", "x"],
                127,
                "mfaexec -p testuser -d 1h --fresh -- env x",
            ),
            (
                &["status", "--json"],
                127,
                "mfaexec -p testuser -d 1h status --json",
            ),
            (&["--", "true"], 127, "RUN true"),
            (&["list"], 127, "mfaexec -p testuser status"),
        ],
    );
}

#[test]
fn what_the_remedy_says_runs() {
    let world = World::new();
    world.sign_in(&[]);
    script(&world, "plain.sh", "exit 7\n", 0o644);
    for (command, code) in [
        (&["A=a b", "sh", "-c", "test \"$A\" = 'a b'"][..], 0),
        (&["sh -c 'exit 3'"], 3),
        (&["false | exit 4"], 4),
        (&["./plain.sh"], 7),
        (&["$HOME/plain.sh"], 7),
        (&["cd", "/"], 0),
    ] {
        let error = run(&world, command).stderr;
        let line = error.split("  remedy: ").nth(1).unwrap().trim_end();
        let mut shell = world.program("/bin/sh");
        shell.args(["-c", line]).env("SHELL", "/bin/true");
        let said = finish(&mut shell);
        assert_eq!(said.code, Some(code), "{line}: {said:?}");
    }
}
