//! Values of the application's variables: given on the command line, in the environment, or by default.

use std::collections::BTreeMap;

use super::schema::Variable;
use super::{ManifestError, invalid};

const ENV_PREFIX: &str = "SPIN_VARIABLE_";

/// Values from outside the manifest.
#[derive(Clone, Default)]
pub struct VariableSource {
    given: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

impl VariableSource {
    /// Values given by name; they win over the environment.
    pub fn new(given: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { given: given.into_iter().collect(), environment: BTreeMap::new() }
    }

    /// Adds what the environment holds under `SPIN_VARIABLE_<NAME>`.
    #[must_use]
    pub fn with_environment(mut self, environment: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment = environment
            .into_iter()
            .filter_map(|(key, value)| Some((key.strip_prefix(ENV_PREFIX)?.to_ascii_lowercase(), value)))
            .collect();
        self
    }

    fn get(&self, name: &str) -> Option<&String> {
        self.given.get(name).or_else(|| self.environment.get(name))
    }
}

pub(super) fn resolve(
    declared: &BTreeMap<String, Variable>,
    source: &VariableSource,
) -> Result<BTreeMap<String, String>, ManifestError> {
    if let Some(name) = source.given.keys().find(|name| !declared.contains_key(*name)) {
        return Err(invalid(
            format!("variables.{name}"),
            "given on the command line, but not declared in the manifest",
        ));
    }
    declared
        .iter()
        .map(|(name, variable)| {
            let field = format!("variables.{name}");
            check(&field, name, variable)?;
            let value = source.get(name).or(variable.default.as_ref()).ok_or_else(|| {
                let env = format!("{ENV_PREFIX}{}", name.to_ascii_uppercase());
                invalid(&field, format!("is required: set {env} or pass --variable {name}=..."))
            })?;
            Ok((name.clone(), value.clone()))
        })
        .collect()
}

fn check(field: &str, name: &str, variable: &Variable) -> Result<(), ManifestError> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(legal) {
        return Err(invalid(field, "a variable's name is lower-case letters, digits and `_`"));
    }
    match (variable.required, &variable.default) {
        (true, Some(_)) => Err(invalid(field, "is either required or has a default")),
        (false, None) => Err(invalid(field, "needs `required = true` or a `default`")),
        _ => Ok(()),
    }
}
