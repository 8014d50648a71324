//! The OpenAPI document as a machine: which paths and methods there are, which parameters and bodies they take.
//! What a request must look like is read from the document that clients read, so the two cannot differ.

use crate::{
    error::{Error, Fault, Refusal, Result},
    export::Format,
    id::Id,
};
use actix_web::http::Method;
use jsonschema::{Draft, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// Every operation of the document, ready to be checked against.
#[derive(Debug)]
pub struct Contract {
    paths: Vec<Path>,
    /// The document itself.
    pub document: String,
}

/// One path of the document.
#[derive(Debug)]
pub struct Path {
    segments: Vec<Segment>,
    operations: Vec<(Method, Operation)>,
    /// `Allow`, HEAD and OPTIONS included.
    pub allow: String,
}

#[derive(Debug, PartialEq)]
enum Segment {
    Fixed(String),
    /// A parameter with a fixed ending, as `{token}.ics`.
    Ending(String, String),
    Parameter(String),
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// Whether it needs no token.
    pub public: bool,
    /// Whether service accounts may ask for it.
    pub for_services: bool,
    /// Scopes of which a service account needs one; none: any account may.
    pub scopes: Vec<String>,
    /// Query parameters by name.
    parameters: BTreeMap<String, Parameter>,
    /// Path parameters by name.
    path_parameters: BTreeMap<String, Parameter>,
    /// Media types of the request body, each with its schema.
    bodies: Vec<(String, Lazy)>,
    /// Whether a body is required.
    pub body_required: bool,
    /// Media types of the successful answer.
    pub produces: Vec<String>,
    /// Those of them that are formats of records and lists, JSON first.
    pub formats: Vec<Format>,
    /// Whether it answers with rows.
    pub lists: bool,
    /// Whether `If-Match` is required.
    pub if_match_required: bool,
}

#[derive(Debug)]
struct Parameter {
    schema: Arc<Lazy>,
    kind: Kind,
    required: bool,
    /// Takes a record's code in the place of its id.
    takes_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Whole,
    Number,
    Truth,
    List,
    /// A list of whole numbers.
    Wholes,
}

/// The document's component schemas by name, as text: a tree of each would cost many times that for as long as the
/// process lives.
type Components = Arc<BTreeMap<String, String>>;

/// Schemas of parameters by their text: many say the same, and one is kept for all of them.
type Pool = BTreeMap<String, Arc<Lazy>>;

/// A schema whose validator is built when it is first needed: most never are, and until then it is kept as text, its
/// references unfollowed.
#[derive(Debug)]
struct Lazy {
    schema: String,
    components: Components,
    validator: OnceLock<Option<Validator>>,
}

impl Lazy {
    fn new(schema: &Value, components: &Components) -> Self {
        Self { schema: terse(schema).to_string(), components: components.clone(), validator: OnceLock::new() }
    }
    fn shared(schema: &Value, components: &Components, pool: &mut Pool) -> Arc<Self> {
        let one = Self::new(schema, components);
        pool.entry(one.schema.clone()).or_insert_with(|| Arc::new(one)).clone()
    }
    fn build(&self) -> std::result::Result<Validator, String> {
        let schema: Value = serde_json::from_str(&self.schema).map_err(|e| e.to_string())?;
        let schema = inlined(&schema, &self.components, 0);
        jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema).map_err(|e| e.to_string())
    }
    fn faults(&self, value: &Value, prefix: &str) -> Vec<Fault> {
        let built = self.validator.get_or_init(|| self.build().inspect_err(|e| log::error!("a schema of the document does not compile: {e}")).ok());
        let Some(validator) = built else { return vec![Fault::at(prefix, "schema", "Không kiểm tra được.", "Cannot be checked.")] };
        let mut faults = Vec::new();
        for error in validator.iter_errors(value) {
            explain(error.kind(), prefix, &error.instance_path().to_string(), &mut faults);
            if faults.len() >= 100 {
                break;
            }
        }
        faults
    }
}

impl Contract {
    /// Reads the finished document.
    pub fn read(document: &Value) -> std::result::Result<Self, String> {
        let none = Map::new();
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).unwrap_or(&none);
        let components: Components = Arc::new(schemas.iter().map(|(name, schema)| (name.clone(), terse(schema).to_string())).collect());
        let paths = document.get("paths").and_then(Value::as_object).ok_or("the document has no paths")?;
        let (mut read, mut pool) = (Vec::new(), Pool::new());
        for (template, item) in paths {
            let item = item.as_object().ok_or("a path is no object")?;
            let mut operations = Vec::new();
            for (method, operation) in item {
                let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
                operations.push((method, Operation::read(operation, schemas, &components, &mut pool)?));
            }
            let mut allow: Vec<&str> = operations.iter().map(|(m, _)| m.as_str()).collect();
            if allow.contains(&"GET") {
                allow.push("HEAD");
            }
            allow.push("OPTIONS");
            allow.sort_unstable();
            let allow = allow.join(", ");
            read.push(Path { segments: segments(template), operations, allow });
        }
        // A fixed segment wins over a parameter: `/organizations/groups` before `/organizations/{id}`.
        let freedom = |s: &Segment| match s {
            Segment::Fixed(_) => 0,
            Segment::Ending(..) => 1,
            Segment::Parameter(_) => 2,
        };
        read.sort_by_key(|p| p.segments.iter().map(freedom).collect::<Vec<_>>());
        Ok(Self { paths: read, document: document.to_string() })
    }

    /// The path that a request names, with the values of its parameters.
    pub fn path<'a>(&self, asked: &'a str) -> Option<(&Path, Vec<(&str, &'a str)>)> {
        let mut asked = asked.strip_prefix('/')?.split('/').collect::<Vec<_>>();
        if asked.len() > 1 && asked.last() == Some(&"") {
            asked.pop();
            asked.push("\u{0}");
        }
        self.paths.iter().find_map(|path| {
            if path.segments.len() != asked.len() {
                return None;
            }
            let mut values = Vec::new();
            for (segment, value) in path.segments.iter().zip(&asked) {
                match segment {
                    Segment::Fixed(text) if text == value => {}
                    Segment::Ending(name, ending) => match value.strip_suffix(ending.as_str()).filter(|v| !v.is_empty()) {
                        Some(value) => values.push((name.as_str(), value)),
                        None => return None,
                    },
                    Segment::Parameter(name) if !value.is_empty() && *value != "\u{0}" => values.push((name.as_str(), *value)),
                    _ => return None,
                }
            }
            Some((path, values))
        })
    }

    /// Every operation, for the tests that take their list from here.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.paths.iter().flat_map(|p| &p.operations).map(|(_, o)| o).find(|o| o.id == id)
    }
}

fn segments(template: &str) -> Vec<Segment> {
    template
        .trim_start_matches('/')
        .split('/')
        .map(|s| match s.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => match s.strip_prefix('{').and_then(|s| s.split_once('}')) {
                Some((name, ending)) => Segment::Ending(name.to_owned(), ending.to_owned()),
                None => Segment::Fixed(s.to_owned()),
            },
        })
        .collect()
}

impl Path {
    /// The operation for a method; HEAD is asked as GET.
    pub fn operation(&self, method: &Method) -> Option<&Operation> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.operations.iter().find(|(m, _)| m == method).map(|(_, o)| o)
    }

    /// Whether nobody need sign in for anything that there is at this path.
    pub fn is_public(&self) -> bool {
        self.operations.iter().all(|(_, o)| o.public)
    }
}

impl Operation {
    fn read(operation: &Value, schemas: &Map<String, Value>, components: &Components, pool: &mut Pool) -> std::result::Result<Self, String> {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut parameters = BTreeMap::new();
        let mut path_parameters = BTreeMap::new();
        let mut if_match_required = false;
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let name = parameter.get("name").and_then(Value::as_str).ok_or("a parameter has no name")?.to_owned();
            let schema = parameter.get("schema").unwrap_or(&Value::Null);
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
            let takes_code = target(schema) == Some("Key");
            let read = Parameter { kind: kind(named(schema, schemas)), schema: Lazy::shared(schema, components, pool), required, takes_code };
            match parameter.get("in").and_then(Value::as_str) {
                Some("query") => drop(parameters.insert(name, read)),
                Some("path") => drop(path_parameters.insert(name, read)),
                Some("header") => if_match_required |= required && name == "If-Match",
                _ => {}
            }
        }
        let mut bodies = Vec::new();
        for (media, content) in operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten() {
            bodies.push((media.clone(), Lazy::new(content.get("schema").unwrap_or(&Value::Null), components)));
        }
        let success =
            operation.get("responses").and_then(Value::as_object).and_then(|all| all.iter().find(|(status, _)| status.starts_with('2')).map(|(_, r)| r));
        let content = success.and_then(|r| r.get("content")).and_then(Value::as_object);
        let produces: Vec<String> = content.map(|c| c.keys().cloned().collect()).unwrap_or_default();
        let formats = Format::ALL.iter().copied().filter(|f| produces.iter().any(|p| p == f.media())).collect();
        let answer = content.and_then(|c| c.get("application/json")).and_then(|c| c.get("schema"));
        let lists = answer.is_some_and(|schema| named(schema, schemas).pointer("/properties/items/items").is_some());
        let keys = || operation.get("security").and_then(Value::as_array).into_iter().flatten().filter_map(|s| s.get(super::openapi::SERVICE_KEY));
        Ok(Self {
            for_services: keys().next().is_some(),
            scopes: keys().filter_map(Value::as_array).flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            public: operation.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty),
            body_required: operation.pointer("/requestBody/required").and_then(Value::as_bool).unwrap_or(false),
            id,
            parameters,
            path_parameters,
            bodies,
            produces,
            formats,
            lists,
            if_match_required,
        })
    }

    /// Whether it takes a request body at all.
    pub fn takes_body(&self) -> bool {
        !self.bodies.is_empty()
    }

    /// Whether it takes a body of this media type.
    pub fn accepts(&self, media: &str) -> bool {
        self.bodies.iter().any(|(m, _)| m.eq_ignore_ascii_case(media))
    }

    /// The media types that it takes.
    pub fn accepted(&self) -> Vec<&str> {
        self.bodies.iter().map(|(m, _)| m.as_str()).collect()
    }

    /// Whether `format` may name one of its formats.
    pub fn takes_format(&self) -> bool {
        self.parameters.contains_key("format")
    }

    /// Whether it takes a file by stream, with the larger bound.
    pub fn takes_upload(&self) -> bool {
        self.accepts("multipart/form-data")
    }

    /// Every fault of a JSON body.
    pub fn body_faults(&self, body: &Value) -> Vec<Fault> {
        match self.bodies.iter().find(|(media, _)| media.contains("json")) {
            Some((_, schema)) => schema.faults(body, ""),
            None => vec![],
        }
    }

    /// 404 for a path parameter that cannot be one.
    pub fn check_path(&self, values: &[(&str, &str)]) -> Result<()> {
        for (name, value) in values {
            if let Some(parameter) = self.path_parameters.get(*name)
                && !parameter.schema.faults(&Value::String((*value).to_owned()), name).is_empty()
            {
                return Err(Error::not_found());
            }
        }
        Ok(())
    }

    /// The path parameter that holds a code, where one does.
    pub fn code_in<'a>(&self, values: &[(&str, &'a str)]) -> Option<&'a str> {
        let is_code = |name: &str, value: &str| self.path_parameters.get(name).is_some_and(|p| p.takes_code) && Id::parse(value).is_none();
        values.iter().find(|(name, value)| is_code(name, value)).map(|(_, value)| *value)
    }

    /// 400 for a parameter that is unknown, repeated, missing or not of its form.
    pub fn check_query(&self, pairs: &[(String, String)]) -> Result<()> {
        let mut faults = Vec::new();
        for (at, (name, value)) in pairs.iter().enumerate() {
            let Some(parameter) = self.parameters.get(name) else {
                faults.push(Fault::at(name, "unknown_parameter", "Không có tham số này.", "There is no such parameter."));
                continue;
            };
            if pairs[..at].iter().any(|(n, _)| n == name) {
                faults.push(Fault::at(name, "repeated_parameter", "Tham số lặp lại.", "The parameter is repeated."));
                continue;
            }
            faults.extend(parameter.schema.faults(&typed(parameter.kind, value), name));
        }
        for (name, _) in self.parameters.iter().filter(|(name, p)| p.required && !pairs.iter().any(|(n, _)| n == *name)) {
            faults.push(Fault::at(name, "missing_parameter", "Thiếu tham số này.", "This parameter is missing."));
        }
        if faults.is_empty() {
            return Ok(());
        }
        let mut refusal = Refusal::new(400, "bad_parameters", "Có tham số không đúng; xem errors.", "Some parameters are wrong; see errors.");
        refusal.faults = faults;
        Err(Error::Refused(Box::new(refusal)))
    }
}

fn typed(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Whole => text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)),
        Kind::Number => text.parse::<f64>().map_or_else(|_| json!(text), |n| json!(n)),
        Kind::Truth => text.parse::<bool>().map_or_else(|_| json!(text), |b| json!(b)),
        Kind::List => Value::Array(text.split(',').map(|s| json!(s)).collect()),
        Kind::Wholes => Value::Array(text.split(',').map(|s| typed(Kind::Whole, s)).collect()),
        Kind::Text => json!(text),
    }
}

fn kind(schema: &Value) -> Kind {
    let is = |word: &str| match schema.get("type") {
        Some(Value::String(t)) => t == word,
        Some(Value::Array(all)) => all.iter().any(|t| t == word),
        _ => false,
    };
    if is("array") {
        if schema.pointer("/items/type").is_some_and(|t| t == "integer") { Kind::Wholes } else { Kind::List }
    } else if is("integer") {
        Kind::Whole
    } else if is("number") {
        Kind::Number
    } else if is("boolean") {
        Kind::Truth
    } else {
        Kind::Text
    }
}

/// The schema itself, or the one that its reference names.
fn named<'a>(schema: &'a Value, schemas: &'a Map<String, Value>) -> &'a Value {
    let mut schema = schema;
    for _ in 0..10 {
        match target(schema).and_then(|name| schemas.get(name)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

fn target(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

/// The schema without what only people read.
fn terse(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            // A property may be called `description`; its schema is no text.
            let telling = |k: &str, v: &Value| k == "example" || (k == "description" && v.is_string());
            Value::Object(members.iter().filter(|(k, v)| !telling(k, v)).map(|(k, v)| (k.clone(), terse(v))).collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(terse).collect()),
        other => other.clone(),
    }
}

/// The schema with every reference replaced by what it names; deeper than ten levels the rest is open.
fn inlined(schema: &Value, components: &Components, depth: usize) -> Value {
    if let Some(name) = target(schema) {
        let known = components.get(name).filter(|_| depth <= 10).and_then(|text| serde_json::from_str(text).ok());
        return known.map_or(json!({}), |s: Value| inlined(&s, components, depth + 1));
    }
    match schema {
        Value::Object(members) => Value::Object(members.iter().map(|(k, v)| (k.clone(), inlined(v, components, depth))).collect()),
        Value::Array(all) => Value::Array(all.iter().map(|v| inlined(v, components, depth)).collect()),
        other => other.clone(),
    }
}

/// One fault in our own words; a failed `oneOf` with null tells the faults of the other branch.
fn explain(kind: &ValidationErrorKind, prefix: &str, path: &str, faults: &mut Vec<Fault>) {
    use ValidationErrorKind as K;
    let at = |tail: &str| if prefix.is_empty() { format!("{path}{tail}") } else { prefix.to_owned() };
    let escaped = |name: &str| format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let (code, vi, en) = match kind {
        K::AdditionalProperties { unexpected } | K::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                faults.push(Fault::at(at(&escaped(name)), "unknown_member", "Không có trường này.", "There is no such member."));
            }
            return;
        }
        K::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.push(Fault::at(at(&escaped(name)), "required", "Bắt buộc phải có.", "This is required."));
            return;
        }
        K::OneOfNotValid { context } | K::AnyOf { context } => {
            // Null stands last: where both fail at one place it is not what was meant.
            if let Some(branch) = context.iter().rev().max_by_key(|branch| branch.iter().map(|e| e.instance_path().to_string().len()).max()) {
                for error in branch {
                    explain(error.kind(), prefix, &error.instance_path().to_string(), faults);
                }
            }
            return;
        }
        K::Enum { options } => ("not_listed", format!("Chỉ nhận một trong: {options}."), format!("Must be one of {options}.")),
        K::Type { .. } => ("wrong_type", "Sai kiểu dữ liệu.".into(), "Of the wrong type.".into()),
        K::Format { format } => ("bad_format", format!("Không đúng dạng {format}."), format!("Not of the form {format}.")),
        K::Pattern { .. } => ("bad_pattern", "Có ký tự hoặc dạng không được phép.".into(), "Has characters or a form that is not allowed.".into()),
        K::MaxLength { limit } => ("too_long", format!("Dài quá {limit} ký tự."), format!("Longer than {limit} characters.")),
        K::MinLength { limit } => ("too_short", format!("Ngắn hơn {limit} ký tự."), format!("Shorter than {limit} characters.")),
        K::Maximum { limit } | K::ExclusiveMaximum { limit } => ("too_large", format!("Lớn hơn {limit}."), format!("Larger than {limit}.")),
        K::Minimum { limit } | K::ExclusiveMinimum { limit } => ("too_small", format!("Nhỏ hơn {limit}."), format!("Smaller than {limit}.")),
        K::MaxItems { limit } => ("too_many", format!("Nhiều quá {limit} phần tử."), format!("More than {limit} items.")),
        K::MinItems { limit } => ("too_few", format!("Ít hơn {limit} phần tử."), format!("Fewer than {limit} items.")),
        K::MinProperties { .. } => ("empty", "Không có gì để sửa.".into(), "There is nothing to change.".into()),
        K::UniqueItems => ("repeated", "Có phần tử lặp lại.".into(), "Has repeated items.".into()),
        other => ("invalid", format!("Không hợp lệ ({}).", other.keyword()), format!("Not valid ({}).", other.keyword())),
    };
    faults.push(Fault::at(at(""), code, vi, en));
}
