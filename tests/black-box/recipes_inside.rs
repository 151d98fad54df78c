//! The recipes for scripts, git, containers and the shell: mfaexec within other programs, and in
//! itself.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::examples::{reader, shows_what_a_user_sees, with_aws};
use crate::harness::{World, finish, has};
use crate::internet::{message, start};
use crate::provided::Keys;
use crate::recipes::{recipe, refused_apart, script};
use crate::skipping::needs;

fn actions(world: &World) -> Vec<String> {
    world
        .aws
        .journal()
        .into_iter()
        .map(|entry| entry.action)
        .collect()
}

#[test]
fn many_at_a_time() {
    needs!("xargs", "setsid");
    let world = reader();
    let recipe = recipe("xargs");
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    for region in recipe.file("regions.txt").lines() {
        let found = std::fs::read_to_string(world.home().join(format!("{region}.json")));
        has(&found.unwrap(), &["RegionName"]);
        let asked =
            |entry: &local_aws::Entry| entry.action == "DescribeRegions" && entry.region == region;
        assert!(world.aws.journal().iter().any(asked), "{region}");
    }
    for line in recipe.commands() {
        refused_apart(&world, line.trim_end_matches(" | sort"));
    }
}

#[test]
fn a_script_in_a_run() {
    needs!("setsid");
    let world = reader();
    let recipe = recipe("A script in a run");
    recipe.try_out(&world);
    // What the sign-in takes once, and the scripts' own three calls.
    let all = actions(&world);
    let own = all
        .iter()
        .filter(|action| *action == "DescribeRegions")
        .count();
    assert_eq!((own, world.code_calls().len()), (3, 1), "{all:?}");
    let got = all
        .iter()
        .filter(|action| *action == "GetSessionToken")
        .count();
    assert_eq!(got, 1, "{all:?}");
    // The same session, whether there is a mfaexec around or not.
    let line = "mfaexec -p testuser -- printenv AWS_ACCESS_KEY_ID; mfaexec -p testuser -- \
                sh -c 'mfaexec -p testuser -- printenv AWS_ACCESS_KEY_ID'; \
                mfaexec -p testuser -- mfaexec -- printenv AWS_ACCESS_KEY_ID";
    let keys = finish(world.program("sh").args(["-c", line])).succeeds();
    let keys: Vec<&str> = keys.lines().collect();
    assert!(
        keys.len() == 3 && keys[0] == keys[1] && keys[0] == keys[2],
        "{keys:?}"
    );
    refused_apart(&world, "./regions.sh eu-central-1");
    refused_apart(&world, "mfaexec -p testuser -- ./all.sh");
}

#[test]
fn another_profile_inside() {
    needs!("setsid");
    let world = reader();
    let recipe = recipe("Another profile inside");
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    let environment = |line: &str| {
        let shell = format!("mfaexec -p testuser -- sh -c '{line}'");
        finish(world.program("sh").args(["-c", &shell])).succeeds()
    };
    // Within and by itself the inner run gives its command the very same environment.
    let by_itself = finish(&mut world.mfaexec(&["-p", "deploy", "--", "env"])).succeeds();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text
            .lines()
            .filter(|line| !line.starts_with("PWD=") && !line.starts_with('_'))
            .map(Into::into)
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(
        sorted(&environment("mfaexec -p deploy -- env")),
        sorted(&by_itself)
    );
    refused_apart(&world, "mfaexec -p testuser -- ./audit.sh");
}

/// A stand-in for the AWS CLI: what git gets from it are the keys that it has.
const CODECOMMIT: &str = r#"#!/bin/sh
[ "$1 $2" = 'codecommit credential-helper' ] || exit 9
cat >> "$HOME/asked"
echo "$3" >> "$HOME/asked"
[ "$3" = get ] || exit 0
echo "username=$AWS_ACCESS_KEY_ID"
echo "password=$AWS_SESSION_TOKEN"
"#;

/// A repository with one branch, for those who have a name: git's simplest protocol. Gives its URL.
fn repository(authorizations: Arc<Mutex<Vec<String>>>) -> String {
    let refs = "d670460b4b4aece5915caf5c68d12f560a9fe3e4\trefs/heads/main\n";
    let wanted = "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"";
    let address = start(move |mut client| {
        let request = String::from_utf8_lossy(&message(&mut client)?).into_owned();
        let mut lines = request.lines();
        let authorization = lines.find_map(|line| line.strip_prefix("Authorization: Basic "));
        let (status, body) = match authorization {
            None => (wanted, ""),
            Some(_) if request.contains("/info/refs") => ("200 OK", refs),
            Some(_) => ("200 OK", "ref: refs/heads/main\n"),
        };
        let mut seen = authorizations.lock().unwrap();
        seen.extend(authorization.map(ToOwned::to_owned));
        let length = body.len();
        write!(
            client,
            "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    });
    format!("http://{address}")
}

#[test]
fn gits_credential_helper() {
    needs!("git", "setsid");
    let world = reader();
    std::fs::remove_file(world.home().join("aws")).unwrap();
    script(&world, "aws", CODECOMMIT);
    let authorizations = Arc::new(Mutex::new(Vec::new()));
    let url = repository(Arc::clone(&authorizations));
    let mut recipe = recipe("git");
    for block in &mut recipe.consoles {
        *block = block.replace("https://git-codecommit.eu-central-1.amazonaws.com", &url);
    }
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    // What git has sent is what mfaexec gave to the helper.
    let keys = Keys::shown(
        &world
            .run(&["-p", "testuser", "--no-input", "--", "env"])
            .succeeds(),
    );
    let line = format!("printf %s '{}:{}' | base64 -w 0", keys.id, keys.token);
    let expected = finish(world.program("sh").args(["-c", &line])).succeeds();
    let sent = authorizations.lock().unwrap().clone();
    assert!(
        !sent.is_empty() && sent.iter().all(|sent| *sent == expected),
        "{sent:?}"
    );
    let asked = std::fs::read_to_string(world.home().join("asked")).unwrap();
    has(&asked, &["path=v1/repos/recipes\n", "get\n", "store\n"]);
    // In a run it is free.
    let line = format!("mfaexec -p testuser --no-input -- {}", recipe.commands()[2]);
    let mut shell = world.program("sh");
    has(
        &finish(with_aws(&world, shell.args(["-c", &line]))).succeeds(),
        &["refs/heads/main"],
    );
    let said = refused_apart(&world, recipe.commands()[2]);
    has(&said.stderr, &["fatal: could not read Username"]);
}

/// A stand-in for docker: does what `-e NAME` asks for, and shows what others can see of it.
const DOCKER: &str = r#"#!/bin/bash
tr '\0' '\n' < /proc/$$/cmdline > "$HOME/seen"
[ "$1 $2" = 'run --rm' ] || exit 9
shift 2
values=()
while [ "$1" = -e ]; do
    values+=("$2=${!2}")
    shift 2
done
shift
exec env -i PATH="$PATH" AWS_ENDPOINT_URL="$AWS_ENDPOINT_URL" "${values[@]}" aws "$@"
"#;

#[test]
fn a_container() {
    needs!("setsid");
    let world = reader();
    script(&world, "docker", DOCKER);
    let recipe = recipe("A container");
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    let seen = std::fs::read_to_string(world.home().join("seen")).unwrap();
    has(&seen, &["AWS_SECRET_ACCESS_KEY\n", "amazon/aws-cli\n"]);
    let keys = Keys::shown(&world.run(&["-p", "testuser", "--", "env"]).succeeds());
    for secret in [&keys.id, &keys.secret, &keys.token] {
        assert!(!seen.contains(secret.as_str()), "{seen}");
    }
    std::fs::remove_file(world.home().join("seen")).unwrap();
    refused_apart(&world, recipe.commands()[0]);
    assert!(
        !world.home().join("seen").exists(),
        "docker was not started"
    );
}

#[test]
fn an_alias() {
    let world = reader();
    recipe("An alias for aws").try_out(&world);
    assert_eq!(world.code_calls().len(), 1);
    // The shell itself stays without.
    shows_what_a_user_sees(
        &world,
        "$ . ~/.bashrc\n$ echo ${AWS_SESSION_TOKEN-none}\nnone",
    );
}

#[test]
fn a_function() {
    let world = reader();
    script(
        &world,
        "terraform",
        "#!/bin/sh\necho \"with $MFAEXEC_PROFILE: $*\"\n",
    );
    let recipe = recipe("A function for terraform");
    // A session of half an hour is not enough, so that the question comes all the same.
    world.sign_in(&["-d", "30m"]);
    recipe.try_out(&world);
    assert_eq!(world.code_calls().len(), 2);
    let mut bash = world.program("bash");
    let line = format!(". ./.bashrc; {}", recipe.commands()[1]);
    with_aws(&world, bash.args(["-c", &line]));
    assert_eq!(
        finish(&mut bash).succeeds(),
        "with testuser: plan -input=false\n"
    );
}
