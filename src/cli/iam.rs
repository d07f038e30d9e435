//! `es-loader setup --print-iam`: what the function's role may do, as `template.yaml` grants it, for deployments by other means.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::{Map, Value, json};

use super::args::network::IamArgs;
use super::failure::Failure;

const TEMPLATE: &str = include_str!("../../template.yaml");

/// The role's policy. What is not given stands as a word in capitals, to be filled in; statements for things that are not there
/// (a KMS key, another account's role, a VPC) come only with their argument.
pub(super) fn policy(args: &IamArgs) -> Result<Value, Failure> {
    let template = Yaml::load_from_str(TEMPLATE)?;
    let template = template.first().ok_or_else(|| broken("the template is empty"))?;
    let policy = ["Resources", "Role", "Properties", "Policies"];
    let policies = policy.into_iter().try_fold(template, |yaml, key| yaml.as_mapping_get(key));
    let policy = policies.and_then(|policies| policies.as_sequence_get(0)?.as_mapping_get("PolicyDocument"));
    let conditions = template.as_mapping_get("Conditions");
    let mut names = names(args);
    for (name, given) in [
        ("KeyPrefix", &args.key_prefix),
        ("DeadLetterPrefix", &args.dead_letter_prefix),
        ("IndexPattern", &args.index_pattern),
    ] {
        let parameter = template.as_mapping_get("Parameters").and_then(|all| all.as_mapping_get(name));
        let default = parameter.and_then(|parameter| parameter.as_mapping_get("Default")?.as_str());
        names.insert(name, given.as_deref().or(default).unwrap_or_default().to_owned());
    }
    let stack = Stack { conditions: conditions.unwrap_or(&Yaml::BadValue), names };
    let resolved = stack.resolve(policy.ok_or_else(|| broken("Role has no policy"))?)?;
    resolved.ok_or_else(|| broken("Role has no policy"))
}

fn broken(what: &str) -> Failure {
    Failure(format!("template.yaml: {what}: this is a defect of the program"))
}

/// The values of the template's parameters and resources. Parameters that are not given are empty, as in a deployment.
fn names(args: &IamArgs) -> BTreeMap<&'static str, String> {
    let arns = [&args.queue_arn, &args.kms_key_arn, &args.domain_arn, &args.collection_arn, &args.secret_arn];
    let mut parts = arns.into_iter().flatten().next().map_or("", String::as_str).split(':').skip(1);
    let mut next = |word| parts.next().unwrap_or(word);
    let (partition, _, region, account) = (next("aws"), next(""), next("REGION"), next("ACCOUNT"));
    let arn = |service: &str, rest: &str| format!("arn:{partition}:{service}:{region}:{account}:{rest}");
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    let or = |value: &Option<String>, default: &dyn Fn() -> String| value.clone().unwrap_or_else(default);

    let queue = or(&args.queue_arn, &|| arn("sqs", "QUEUE"));
    let is_elsewhere = args.collection_arn.is_some() || args.secret_arn.is_some();
    let domain =
        or(&args.domain_arn, &|| if is_elsewhere { String::new() } else { arn("es", "domain/DOMAIN") });
    let url_suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    BTreeMap::from([
        ("AWS::Partition", partition.to_owned()),
        ("AWS::Region", region.to_owned()),
        ("AWS::URLSuffix", url_suffix.to_owned()),
        ("BucketName", or(&args.bucket, &|| "BUCKET".to_owned())),
        ("BucketKmsKeyArn", given(&args.kms_key_arn)),
        ("LogArchiveRoleArn", given(&args.log_archive_role_arn)),
        ("DomainArn", domain),
        ("CollectionArn", given(&args.collection_arn)),
        ("DeadLetterBucket", given(&args.dead_letter_bucket)),
        ("DeadLetterKmsKeyArn", given(&args.dead_letter_kms_key_arn)),
        ("PasswordSecretArn", given(&args.secret_arn)),
        ("HandOver", "true".to_owned()),
        ("SubnetIds", if args.vpc { "SUBNETS" } else { "" }.to_owned()),
        ("DeadLetterQueue.Arn", or(&args.dead_letter_queue_arn, &|| format!("{queue}-DEAD-LETTERS"))),
        ("Queue.Arn", queue),
        ("LogGroup.Arn", or(&args.log_group_arn, &|| arn("logs", "log-group:/aws/lambda/FUNCTION:*"))),
    ])
}

/// A deployment of the template: it resolves CloudFormation's intrinsic functions, as far as the policy needs them.
struct Stack<'t> {
    conditions: &'t Yaml<'t>,
    names: BTreeMap<&'static str, String>,
}

impl Stack<'_> {
    /// The value that CloudFormation makes of a part of the template; `None` for `AWS::NoValue`.
    fn resolve(&self, yaml: &Yaml<'_>) -> Result<Option<Value>, Failure> {
        if let Yaml::Tagged(tag, value) = yaml {
            return self.call(&tag.suffix, value);
        }
        if let Some(list) = yaml.as_sequence() {
            let values: Result<Vec<_>, _> = list.iter().map(|value| self.resolve(value)).collect();
            return Ok(Some(values?.into_iter().flatten().collect()));
        }
        if let Some(mapping) = yaml.as_mapping() {
            let mut object = Map::new();
            for (key, value) in mapping {
                if let Some(value) = self.resolve(value)? {
                    object.insert(text(key)?.to_owned(), value);
                }
            }
            return Ok(Some(Value::Object(object)));
        }
        Ok(Some(json!(text(yaml)?)))
    }

    /// The value of an intrinsic function, as `!Ref`.
    fn call(&self, function: &str, argument: &Yaml<'_>) -> Result<Option<Value>, Failure> {
        let list = argument.as_sequence().map(Vec::as_slice);
        Ok(Some(match (function, list) {
            ("Ref", _) if text(argument)? == "AWS::NoValue" => return Ok(None),
            ("Ref" | "GetAtt", _) => json!(self.name(text(argument)?)?),
            ("Sub", _) => json!(self.substitute(text(argument)?)?),
            ("If", Some([condition, yes, no])) => {
                let condition = self.conditions.as_mapping_get(text(condition)?);
                let condition = condition.ok_or_else(|| broken("a condition is missing"))?;
                let holds = self.resolve(condition)? == Some(Value::Bool(true));
                return self.resolve(if holds { yes } else { no });
            }
            ("Not", Some([condition])) => json!(self.resolve(condition)? != Some(Value::Bool(true))),
            ("Equals", Some([one, other])) => json!(self.resolve(one)? == self.resolve(other)?),
            // Lists are texts here: the policy only asks whether one is empty.
            ("Join", Some([_, joined])) => return self.resolve(joined),
            _ => return Err(broken(&format!("the policy has the unknown function !{function}"))),
        }))
    }

    /// A text with the values of its `${NAME}`.
    fn substitute(&self, text: &str) -> Result<String, Failure> {
        let mut parts = text.split("${");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').ok_or_else(|| broken("a name has no end"))?;
            out.push_str(self.name(name)?);
            out.push_str(rest);
        }
        Ok(out)
    }

    fn name(&self, name: &str) -> Result<&str, Failure> {
        let value = self.names.get(name);
        value.map(String::as_str).ok_or_else(|| broken(&format!("the policy has the unknown name {name}")))
    }
}

fn text<'y>(yaml: &'y Yaml<'_>) -> Result<&'y str, Failure> {
    yaml.as_str().ok_or_else(|| broken("the policy has a value that is no text"))
}
