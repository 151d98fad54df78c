//! The demo from outside: what it shows, and that it leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the right answer")]

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const DEMO: &str = env!("CARGO_BIN_EXE_demo");

/// The demo with a place for temporary files that only it uses. It builds the other programs if
/// no one did: `cargo test` for the whole workspace has, one for this package alone has not.
fn demo(place: &TempDir, directory: &Path) -> Command {
    let mut command = Command::new(DEMO);
    command
        .arg("--own-client")
        .env("TMPDIR", place.path())
        .current_dir(directory)
        .stdin(Stdio::null());
    let built = |name: &str| Path::new(DEMO).with_file_name(name).is_file();
    if built("mfaexec") && built("local-aws") {
        command.arg("--no-build");
    }
    command
}

fn place() -> TempDir {
    TempDir::with_prefix("demo-test-").unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// No file, no process and no server of a demo in `place` is left.
fn assert_nothing_is_left(place: &TempDir, output: &Output) {
    let files: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert!(files.is_empty(), "{files:?}");
    let needle = place.path().to_str().unwrap();
    // On a system without /proc the processes are not looked at.
    for process in fs::read_dir("/proc").into_iter().flatten() {
        let process = process.unwrap().path();
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment).into_owned();
        assert!(!environment.contains(needle), "{} runs", process.display());
    }
    let stdout = text(&output.stdout);
    let server = stdout.split_once("http://").map(|(_, rest)| rest);
    let server = server.and_then(|rest| rest.split(": ").next()).unwrap();
    assert!(TcpStream::connect(server).is_err(), "{server} is open");
}

#[test]
fn the_story_is_told_and_nothing_is_left() {
    let place = place();
    // Nothing of the caller's environment may matter.
    let output = demo(&place, place.path())
        .env("AWS_PROFILE", "nonexistent")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("MFAEXEC_CODE", "000000")
        .output()
        .unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    let mut rest = stdout.as_str();
    for line in [
        "1. A user who needs a code for everything",
        "$ aws iam create-user --user-name testuser --profile admin\n{",
        "$ mfaexec policy mfa | tee mfa.json\n{",
        "$ mfaexec policy self-service > self-service.json",
        "$ aws configure --profile testuser\nAWS Access Key ID [None]: AKIA",
        "\nAWS Secret Access Key [None]: (40 characters)",
        "$ rm key.json",
        "2. The access key alone can do nothing",
        "$ aws ec2 describe-regions --profile testuser",
        "An error occurred (UnauthorizedOperation)",
        "3. A phone becomes the MFA device",
        "$ mfaexec mfa enroll -p testuser --yes",
        "\nFirst code: ",
        "\nThe code after it: ",
        "is enabled, and the profile testuser names it\n",
        "$ cat .aws/config\n[profile testuser]\nmfa_serial = arn:aws:iam::123456789012:mfa/testuser\n",
        "4. With a code from the phone it works",
        "$ mfaexec -p testuser -- aws ec2 describe-regions",
        "testuser (123456789012), to run aws. MFA code: ",
        "\"RegionName\": ",
        "… (6 regions)",
        "200 OK sts GetSessionToken eu-central-1",
        "5. The second time no one is asked",
        "$ mfaexec -p testuser -- aws ec2 describe-regions\n{",
        "200 OK ec2 DescribeRegions eu-central-1 ASIA",
        " ms\n",
        "6. The calling shell is as it was",
        "\nNo variable has changed.",
        "\nNo file of AWS's has changed.",
        "An error occurred (UnauthorizedOperation)",
        "7. The session ends by itself",
        "15 minutes pass in eight seconds",
        "the server's clock is 14m 52s behind",
        "$ mfaexec -p testuser --fresh -d 15m -- sh job\ntestuser (123456789012), to run sh. MFA code: ",
        "An error occurred (RequestExpired)",
        "$ mfaexec -p testuser -- aws ec2 describe-regions\nmfaexec: the session of testuser ended at ",
        "\ntestuser (123456789012), to run aws. MFA code: ",
        "… (6 regions)",
        "8. Another key, and a look at all of it",
        "$ mfaexec keys rotate -p testuser --yes --delete-after 0",
        " is the key in ",
        "$ mfaexec doctor -p testuser",
        "policy: the key alone is refused ec2:DescribeRegions, which the session may call",
        "mfaexec: cleared the session of testuser",
        "docs/guide.md",
    ] {
        let found = rest.split_once(line);
        rest = found
            .unwrap_or_else(|| panic!("{line:?} is missing in\n{stdout}"))
            .1;
    }
    assert!(!stdout.contains('\u{1b}'), "colours in a file:\n{stdout}");
    assert_nothing_is_left(&place, &output);
}

#[test]
fn an_interrupted_demo_leaves_nothing_either() {
    let place = place();
    let mut demo = demo(&place, place.path());
    let demo = demo.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = demo.spawn().unwrap();
    let in_the_middle = || {
        let homes = fs::read_dir(place.path()).unwrap();
        homes
            .flatten()
            .any(|home| home.path().join("before").exists())
    };
    for _ in 0..6_000 {
        if in_the_middle() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(in_the_middle());
    let pid = child.id().to_string();
    let killed = Command::new("sh")
        .args(["-c", "kill -INT $0", &pid])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    // The shell on the demo's terminal needs a moment to notice that it is gone.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_nothing_is_left(&place, &output);
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_trace() {
    let place = place();
    let mut demo = demo(&place, place.path());
    let mut child = demo
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("demo: "), "{output:?}");
    let files: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert!(files.is_empty(), "{files:?}");
}
