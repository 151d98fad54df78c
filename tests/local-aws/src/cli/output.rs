//! From the service's XML to what the AWS CLI would print.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Serialize as _;
use serde_json::{Value, json};

use super::Failure;
use super::client::Call;
use super::http::Response;

/// An element: its name, its text, its children. Answers are small, a tree is good enough.
#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// The JSON of a success that tells something, or the CLI's one line about an error.
pub(crate) fn render(call: &Call, response: &Response) -> Result<Option<String>, Failure> {
    let root = parse(&response.body).ok_or_else(|| {
        Failure::new(
            255,
            format!("\nUnable to parse response (status {})", response.status),
        )
    })?;
    if response.status != 200 {
        let field = |name: &str| {
            root.find(name)
                .map_or("Unknown", |found| found.text.as_str())
        };
        return Err(Failure::new(
            254,
            format!(
                "\nAn error occurred ({}) when calling the {} operation: {}",
                field("Code"),
                call.action,
                field("Message")
            ),
        ));
    }
    shape(call.action, &root).as_ref().map(pretty).transpose()
}

fn shape(action: &str, root: &Element) -> Option<Value> {
    let text = |at: &Element, name: &str| at.find(name).map_or("", |found| &found.text).to_owned();
    let all = |element: &str, names: &[&str]| {
        let fields = names
            .iter()
            .map(|name| ((*name).to_owned(), text(root, name).into()));
        json!({ element: Value::Object(fields.collect()) })
    };
    Some(match action {
        "PutUserPolicy" => return None,
        "CreateUser" => all("User", &["Path", "UserName", "UserId", "Arn", "CreateDate"]),
        "CreateAccessKey" => all(
            "AccessKey",
            &[
                "UserName",
                "AccessKeyId",
                "Status",
                "SecretAccessKey",
                "CreateDate",
            ],
        ),
        "DescribeRegions" => {
            let regions = root
                .find("regionInfo")
                .map_or(&[][..], |info| &info.children);
            let regions: Vec<Value> = regions
                .iter()
                .map(|item| {
                    json!({
                        "OptInStatus": text(item, "optInStatus"),
                        "RegionName": text(item, "regionName"),
                        "Endpoint": text(item, "regionEndpoint"),
                    })
                })
                .collect();
            json!({ "Regions": regions })
        }
        "GetCallerIdentity" => json!({
            "UserId": text(root, "UserId"),
            "Account": text(root, "Account"),
            "Arn": text(root, "Arn"),
        }),
        _ => json!({
            "Credentials": {
                "AccessKeyId": text(root, "AccessKeyId"),
                "SecretAccessKey": text(root, "SecretAccessKey"),
                "SessionToken": text(root, "SessionToken"),
                "Expiration": text(root, "Expiration"),
            }
        }),
    })
}

fn pretty(value: &Value) -> Result<String, Failure> {
    let mut out = Vec::new();
    let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    value
        .serialize(&mut serde_json::Serializer::with_formatter(
            &mut out, indent,
        ))
        .map_err(|error| Failure::new(1, error.to_string()))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

impl Element {
    /// The first element of that name, here or below.
    fn find(&self, name: &str) -> Option<&Element> {
        if self.name == name {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(name))
    }
}

fn parse(xml: &str) -> Option<Element> {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(Element {
                name: start.name().as_ref().to_owned(),
                ..Element::default()
            }),
            Event::Text(text) => open.last_mut()?.text += &text,
            Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference);
                open.last_mut()?.text += &quick_xml::escape::unescape(&reference).ok()?;
            }
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
            }
            Event::Eof => return (open.len() == 1).then(|| open.pop()).flatten(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn references_and_nesting() {
        let root = parse("<?xml version=\"1.0\"?><a><b>x &lt;&#38;&amp; y</b><c/></a>").unwrap();
        assert_eq!(root.find("b").unwrap().text, "x <&& y");
        assert!(parse("<a><b>").is_none());
    }
}
