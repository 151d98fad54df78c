//! `mfaexec export` and its readers: each format's own program finds what a run gives to its command,
//! byte for byte, and nothing that a run takes away.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use crate::harness::{MFAEXEC, SERIAL, World, finish};
use crate::skipping::{needs, possible, required};

/// In a setting that mfaexec only passes on: quotes, blanks and signs of every language.
const HOSTILE: &str = r#"it's "all" `id` $(id) $HOME %PATH% \n \\ \' ''';|&*~!#c {x} é 東 ‘’ =,"#;
/// The name of a profile is in the environment as well.
const PROFILE: &str = r"o'ne $HOME \t two";

/// Leads elsewhere, so a run takes it away.
const RIVALS: [(&str, &str); 4] = [
    ("AWS_PROFILE", "elsewhere"),
    ("AWS_SECURITY_TOKEN", "old"),
    ("AWS_BEARER_TOKEN_BEDROCK", "bearer"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"),
];

/// What shells put into the environment of their commands.
const OF_SHELLS: [&str; 9] = [
    "USER",
    "LOGNAME",
    "_",
    "OLDPWD",
    "PWD",
    "SHLVL",
    "FILE_PWD",
    "CURRENT_FILE",
    "NU_LOG_FORMAT",
];

type Variables = BTreeMap<String, String>;

fn world() -> World {
    let world = World::new();
    world.sign_in(&[]);
    world.write_config(&format!(
        "[profile testuser]\nmfa_serial = {SERIAL}\n\
         [profile \"{PROFILE}\"]\nsource_profile = testuser\nmfa_serial = {SERIAL}\n\
         region = eu-central-1\nretry_mode = {HOSTILE}\nmax_attempts = 3\n"
    ));
    world
}

fn with_rivals(command: &mut Command) -> &mut Command {
    command.envs(RIVALS)
}

/// The environment of a run's command.
fn of_run(world: &World) -> Variables {
    let mut run = world.mfaexec(&["-p", PROFILE, "--no-input", "--", "env", "-0"]);
    let variables = variables(&finish(with_rivals(&mut run)).succeeds());
    assert_eq!(variables["AWS_RETRY_MODE"], HOSTILE);
    assert_eq!(variables["MFAEXEC_PROFILE"], PROFILE);
    assert!(variables["MFAEXEC_EXPORTED"].contains('\n'));
    variables
}

fn variables(printed: &str) -> Variables {
    let entries = printed.split_terminator('\0');
    let pairs = entries.filter_map(|entry| entry.split_once('='));
    let pairs = pairs.filter(|(name, _)| !OF_SHELLS.contains(name) && !name.starts_with("NU_"));
    pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// What is printed for a reader, as a file.
fn exported(world: &World, format: &str) -> String {
    let mut export = world.mfaexec(&["export", "-p", PROFILE, "--no-input", "--format", format]);
    let said = finish(with_rivals(&mut export));
    assert_eq!(said.stderr, "");
    let path = world.write(&format!("exported.{format}"), said.succeeds());
    path.to_str().unwrap().to_owned()
}

#[track_caller]
fn same(read: &Variables, expected: &Variables, who: &str) {
    let wrong: Vec<_> = read
        .iter()
        .filter(|(n, v)| expected.get(*n) != Some(v))
        .collect();
    assert!(wrong.is_empty(), "{who}: {wrong:?}");
    let missing: Vec<_> = expected.keys().filter(|n| !read.contains_key(*n)).collect();
    assert!(missing.is_empty(), "{who}: {missing:?}");
}

/// What a format without `unset` has: the variables of AWS that a run sets.
fn of_aws(world: &World) -> Variables {
    let mut variables = of_run(world);
    let own = |name: &String| name.starts_with("AWS_") && !name.starts_with("AWS_E");
    variables.retain(|name, _| own(name));
    assert!(variables.len() > 7, "{variables:?}");
    variables
}

#[test]
fn shells_have_what_a_run_gives_and_nothing_that_it_takes_away() {
    needs!("bash", "zsh", "fish", "nu");
    let world = world();
    let expected = of_run(&world);
    for shell in ["sh", "bash", "zsh", "fish", "nu"] {
        let format = match shell {
            "fish" | "nu" => shell,
            _ => "env",
        };
        let file = exported(&world, format);
        let code = match shell {
            "fish" => format!("source {file}; env -0"),
            "nu" => format!("source {file}; ^env -0"),
            _ => format!("eval \"$(cat {file})\"; env -0"),
        };
        let mut program = world.program(shell);
        match shell {
            "nu" => program.arg("--no-config-file"),
            "fish" => program.arg("--no-config"),
            "zsh" => program.arg("-f"),
            _ => &mut program,
        };
        let said = finish(with_rivals(program.args(["-c", &code])));
        assert_eq!(said.stderr, "", "{shell}");
        let mut read = variables(&said.succeeds());
        // Nushell inherits what it has not changed.
        read.retain(|name, _| {
            shell != "nu" || name != "CMD_DURATION_MS" && name != "LAST_EXIT_CODE"
        });
        same(&read, &expected, shell);
    }
}

#[test]
fn each_line_of_powershell_is_a_statement() {
    let world = world();
    let text = std::fs::read_to_string(exported(&world, "powershell")).unwrap();
    for line in text.lines() {
        let statement = line.starts_with("$env:") && line.contains(" = '")
            || line.starts_with("Remove-Item -ErrorAction Ignore Env:");
        assert!(statement, "{line}");
    }
    for (name, _) in RIVALS {
        assert!(text.contains(&format!(" Env:{name}\n")), "{text}");
    }
    // about_Quoting_Rules: a verbatim string, in which quotes of any form are doubled.
    let quoted = HOSTILE
        .replace('\'', "''")
        .replace('‘', "‘‘")
        .replace('’', "’’");
    let line = format!("$env:AWS_RETRY_MODE = '{quoted}'\n");
    assert!(text.contains(&line), "{line} is not in {text}");
}

#[test]
fn jq_has_the_variables_of_aws() {
    needs!("jq");
    let world = world();
    let file = exported(&world, "json");
    let filter = r#"to_entries[] | "\(.key)=\(.value)\u0000""#;
    let printed = finish(world.program("jq").args(["-j", filter, &file])).succeeds();
    same(&variables(&printed), &of_aws(&world), "jq");
}

#[test]
fn python_dotenv_has_the_variables_of_aws() {
    let python = Path::new(MFAEXEC).ancestors().nth(2).unwrap();
    let python = python.join("third-party/bin/python");
    let mut look = Command::new(&python);
    look.args(["-c", "import dotenv"]);
    let there = look.output().is_ok_and(|output| output.status.success());
    if !required(
        there,
        "export_readers::python_dotenv",
        "python-dotenv, see tests/all",
    ) {
        return;
    }
    let world = world();
    let file = exported(&world, "dotenv");
    let code = "import dotenv, sys\n\
                for n, v in dotenv.dotenv_values(sys.argv[1]).items(): print(f'{n}={v}', end='\\0')";
    let mut program = world.program(python.to_str().unwrap());
    let printed = finish(program.args(["-c", code, &file]).env("LANG", "C.UTF-8")).succeeds();
    same(&variables(&printed), &of_aws(&world), "python-dotenv");
    // Other readers of such files agree at least on what needs no quotes.
    let text = std::fs::read_to_string(file).unwrap();
    let quoted = text.lines().filter(|line| line.contains(['\'', '"']));
    assert_eq!(quoted.count(), 1, "{text}");
}

#[test]
fn docker_has_the_variables_of_aws() {
    let world = world();
    let file = exported(&world, "docker");
    let expected = of_aws(&world);
    // docker's own rules: a line is a name, the first =, and the value as it is.
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let lines = lines.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    same(&lines, &expected, "lines");
    let there = finish(Command::new("sh").args(["-c", "command -v docker"])).code == Some(0);
    if !possible(there, "export_readers::docker", "docker") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("tcp://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || serve_docker(&listener));
    let mut docker = world.program("docker");
    docker
        .args(["run", "--env-file", &file, "image"])
        .env("DOCKER_HOST", host);
    finish(&mut docker);
    let created: serde_json::Value = serde_json::from_slice(&asked.join().unwrap()).unwrap();
    let entries = created["Env"].as_array().unwrap().iter();
    let entries: Vec<_> = entries.map(|entry| entry.as_str().unwrap()).collect();
    same(&variables(&entries.join("\0")), &expected, "docker");
}

/// A daemon that knows nothing: what it is asked to create.
fn serve_docker(listener: &TcpListener) -> Vec<u8> {
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        let (head, body) = request(&mut stream);
        let answer = "HTTP/1.1 500 No\r\nApi-Version: 1.41\r\nConnection: close\r\n\
                      Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
        let answer = match head.contains("/containers/create") {
            true => answer.to_owned(),
            false => answer.replace("500 No", "200 OK"),
        };
        stream.write_all(answer.as_bytes()).unwrap();
        if head.contains("/containers/create") {
            return body;
        }
    }
}

fn request(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).unwrap();
        read.extend_from_slice(&piece[..length]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
            assert!(length > 0, "the head of a request has an end");
            continue;
        };
        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        let wanted = head
            .lines()
            .find_map(|l| l.strip_prefix("content-length: "));
        let wanted = wanted.map_or(0, |length| length.trim().parse().unwrap());
        if read.len() >= end + 4 + wanted {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            return (head, read[end + 4..end + 4 + wanted].to_vec());
        }
        assert!(length > 0, "the body of a request has an end");
    }
}
