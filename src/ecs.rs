//! Names of the Elastic Common Schema's fields (elastic/ecs 9.4.0), as far as security logs use them.
//!
//! Only names: what a field means and how it is written is not known here.

/// Whether `name` is a field of the schema: `source.ip` is, `source` (an object) and `server.nmae` are not.
pub fn is_ecs_field(name: &str) -> bool {
    names().any(|field| field == name)
}

/// Every field, dotted.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.split_ascii_whitespace()
}

const NAMES: &str = "
@timestamp message tags labels ecs.version
event.action event.agent_id_status event.category event.code event.created event.dataset event.duration event.end
event.hash event.id event.ingested event.kind event.module event.original event.outcome event.provider event.reason
event.reference event.risk_score event.risk_score_norm event.sequence event.severity event.start event.timezone
event.type event.url
rule.author rule.id rule.name rule.category rule.description rule.license rule.ruleset rule.reference rule.uuid
rule.version
source.address source.ip source.port source.mac source.bytes source.packets source.domain source.user.name
source.user.id source.user.domain source.geo.location source.geo.country_iso_code source.as.number source.nat.ip
source.nat.port
destination.address destination.ip destination.port destination.mac destination.bytes destination.packets
destination.domain destination.user.name destination.user.id destination.user.domain destination.geo.location
destination.geo.country_iso_code destination.as.number destination.nat.ip destination.nat.port
client.address client.ip client.port client.mac client.bytes client.packets client.domain client.user.name
server.address server.ip server.port server.mac server.bytes server.packets server.domain server.user.name
host.architecture host.id host.name host.hostname host.ip host.mac host.domain host.type host.os.type host.os.name
host.os.family host.os.full host.os.version
file.path file.directory file.name file.extension file.drive_letter file.size file.type file.owner file.target_path
file.hash.md5 file.hash.sha1 file.hash.sha256
registry.path registry.key registry.value registry.hive
process.name process.executable process.pid process.command_line process.args process.hash.sha256
network.transport network.iana_number network.type network.direction network.protocol network.application
network.bytes network.packets network.community_id network.forwarded_ip network.name
observer.vendor observer.product observer.version observer.type observer.name observer.hostname observer.ip
observer.mac observer.serial_number
agent.id agent.name agent.type agent.version agent.ephemeral_id
url.original url.full url.scheme url.domain url.port url.path url.query url.fragment url.extension url.username
url.password
user.name user.id user.domain user.email user.full_name user.hash user.roles user.group.name user.group.id
user_agent.original user_agent.name user_agent.version user_agent.device.name
http.version http.request.id http.request.method http.request.referrer http.request.bytes http.request.mime_type
http.request.body.bytes http.request.body.content http.response.status_code http.response.bytes
http.response.mime_type http.response.body.bytes http.response.body.content
threat.framework threat.technique.id threat.technique.name threat.technique.reference
threat.technique.subtechnique.id threat.tactic.id threat.tactic.name
vulnerability.id vulnerability.enumeration vulnerability.severity
container.id container.name container.image.name
device.type device.vendor.name device.product.name device.model.name device.model.identifier device.serial_number
organization.id organization.name
cloud.provider cloud.region cloud.availability_zone cloud.account.id cloud.account.name cloud.instance.id
cloud.instance.name cloud.machine.type cloud.project.id cloud.service.name
dns.id dns.question.name dns.question.type dns.question.class dns.response_code dns.resolved_ip
service.name service.type service.version service.id
related.ip related.hosts related.user related.hash
log.file.path log.level log.logger log.syslog.priority log.syslog.facility.code log.syslog.facility.name
log.syslog.severity.code log.syslog.severity.name log.syslog.hostname log.syslog.appname log.syslog.procid
log.syslog.msgid log.syslog.version log.syslog.structured_data
error.code error.id error.message error.type error.stack_trace
";
