"""The part of template.yaml that moto's CloudFormation can make, as JSON: the queues, and the outputs that need nothing else.

Its parameters are those of the samconfig.toml that docs/deploy.md shows, so that a name which the template does not have is
found here. FunctionArn is the alias that scripts/readme makes. Run by scripts/readme, from the top of the repository.
"""

import json
import re
import sys
import tomllib

from cfnlint.decode import cfn_yaml

ALIAS = "arn:aws:lambda:ap-northeast-1:123456789012:function:es-loader:live"


def main():
    template = json.loads(json.dumps(cfn_yaml.load("template.yaml"), default=str))
    queues = {name: body for name, body in template["Resources"].items() if body["Type"].startswith("AWS::SQS::")}
    absent = set(template["Resources"]) - set(queues)
    values = parameters_of_the_example()
    if unknown := set(values) - set(template["Parameters"]):
        sys.exit(f"docs/deploy.md sets parameters that template.yaml does not have: {', '.join(sorted(unknown))}")
    stack = {
        # As text, because moto looks numbers up in Mappings as numbers.
        "Parameters": {
            name: {"Type": "String", "Default": values.get(name, str(body.get("Default", "")))}
            for name, body in template["Parameters"].items()
        },
        "Conditions": template["Conditions"],
        "Mappings": template["Mappings"],
        "Resources": {name: body for name, body in queues.items() if not names(body) & absent},
        "Outputs": {name: body for name, body in template["Outputs"].items() if not names(body) & absent},
    }
    stack["Outputs"]["FunctionArn"] = {"Value": ALIAS}
    print(json.dumps(stack))


def parameters_of_the_example():
    """The parameters of the TOML in docs/deploy.md."""
    with open("docs/deploy.md", encoding="utf-8") as page:
        example = re.search(r"^```toml\n(.*?)^```", page.read(), re.MULTILINE | re.DOTALL)
    overrides = tomllib.loads(example[1])["default"]["deploy"]["parameters"]["parameter_overrides"]
    return dict(override.split("=", 1) for override in overrides)


def names(body):
    """What a resource or output refers to."""
    text = json.dumps([body.get("Value"), body.get("Properties")])
    return set(re.findall(r"\$\{(\w+)", text)) | set(re.findall(r'"(?:Ref|Fn::GetAtt)": \[?"(\w+)', text))


main()
