// SPDX-License-Identifier: Apache-2.0
// What the form writes: the YAML file, the command line, the Kubernetes manifest. Pure.
//
// `made` is {entry, name, topic, profileMap, values, secrets}: `values` as [[option, value]] in the
// schema's order, without secrets; `secrets` as [{option, name, value}].
"use strict";
sluice.outputs = (() => {
  const reference = (name) => `\${{ secrets.${name} }}`;
  const dump = (tree) => jsyaml.dump(tree, { lineWidth: -1, noRefs: true });

  // Of `password` in a section: PASSWORD. What else the values name counts, too.
  const secretName = (option) => option.path.join("_").toUpperCase().replace(/[^A-Z0-9_]/g, "_");
  function namesIn(values) {
    const text = JSON.stringify(values.map(([, value]) => value));
    return [...text.matchAll(/\$\{\{\s*secrets\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)].map((match) => match[1]);
  }

  // The type that says which way records go: only a source's ends with -source.
  function typeOf(entry) {
    const isSource = entry.direction === "Source";
    return isSource && !entry.name.endsWith("-source") ? `${entry.name.replace(/-connector$/, "")}-source` : entry.name;
  }

  function put(tree, path, value) {
    const last = path.length - 1;
    const place = path.slice(0, last).reduce((at, key) => (at[key] ??= {}), tree);
    place[path[last]] = value;
  }

  function yaml(made) {
    const { entry } = made;
    const names = [...new Set([...made.secrets.map(({ name }) => name), ...namesIn(made.values)])];
    const tree = {
      apiVersion: "0.2.0",
      meta: { name: made.name, type: typeOf(entry), version: entry.version, topic: { meta: { name: made.topic } } },
    };
    if (names.length) tree.meta.secrets = names.map((name) => ({ name }));
    const section = {};
    for (const [option, value] of made.values) {
      if (option.name === "transform") tree.transforms = value.map((one) => (typeof one === "string" ? JSON.parse(one) : one));
      else put(section, option.path, value);
    }
    for (const { option, name } of made.secrets) put(section, option.path, reference(name));
    if (Object.keys(section).length) tree[entry.section] = section;
    if (tree.transforms) {
      const { transforms } = tree;
      delete tree.transforms;
      tree.transforms = transforms;
    }
    return dump(tree);
  }

  const quoted = (word) => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

  function words(option, value) {
    if (option.kind === "list") return value.map((one) => flagged(option.flag, typeof one === "object" ? JSON.stringify(one) : String(one)));
    if (option.kind === "map") return Object.entries(value).map(([key, one]) => flagged(option.flag, `${key}:${one}`));
    if (value === true) return [option.flag];
    if (value === false) return [`${option.flag}=false`];
    return [flagged(option.flag, String(value))];
  }
  // A value that looks like an option must be tied to its own.
  const flagged = (flag, text) => (text.startsWith("-") || text === "" ? `${flag}=${quoted(text)}` : `${flag} ${quoted(text)}`);

  function command(made) {
    const parts = [made.entry.name, flagged("--fluvio-topic", made.topic)];
    if (made.entry.kit) parts.push(flagged("--name", made.name));
    for (const [option, value] of made.values) parts.push(...words(option, value));
    for (const { option, name } of made.secrets) parts.push(`${option.flag} "$${name}"`);
    return `${parts.join(" \\\n  ")}\n`;
  }

  const secretsFile = (made) => made.secrets.map(({ name, value }) => `${name}=${value}\n`).join("");

  // The objects of `sluice deploy --target kubernetes`, field for field (src/deploy/kubernetes.cpp).
  function manifest(made) {
    const { entry } = made;
    const secrets = secretsFile(made);
    const selector = { app: "fluvio-connector", connectorName: made.name };
    const labels = {
      ...selector,
      "app.kubernetes.io/name": typeOf(entry),
      "app.kubernetes.io/instance": made.name,
      "app.kubernetes.io/version": entry.version,
      "app.kubernetes.io/component": entry.direction.toLowerCase(),
      "app.kubernetes.io/managed-by": "sluice",
    };
    const metadata = (suffix) => ({ name: made.name + suffix, labels, annotations: { "sluice/name": made.name, "sluice/topic": made.topic } });
    const objects = [{ apiVersion: "v1", kind: "ConfigMap", metadata: metadata("-config"), data: { "config.yaml": yaml(made) } }];
    if (secrets) objects.push({ apiVersion: "v1", kind: "Secret", metadata: metadata("-secrets"), type: "Opaque", stringData: { secrets } });
    objects.push({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(""),
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec: pod(made, secrets !== "") },
      },
    });
    return objects.map((object) => `---\n${dump(object)}`).join("");
  }

  function pod(made, hasSecrets) {
    const file = (kind, suffix, key) => ({ [kind]: { name: made.name + suffix, items: [{ key, path: key }] } });
    const sources = [file("configMap", "-config", "config.yaml")];
    if (hasSecrets) sources.push(file("secret", "-secrets", "secrets"));
    const volumes = [
      // 0440
      { name: "config", projected: { defaultMode: 288, sources } },
      { name: "fluvio-config-volume", configMap: { name: made.profileMap, items: [{ key: "fluvioClientConfig", path: "config" }] } },
      { name: "state", emptyDir: {} },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    ];
    return {
      terminationGracePeriodSeconds: 20,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [container(made, hasSecrets)],
      volumes,
    };
  }

  function container(made, hasSecrets) {
    const get = (path) => ({ path, port: "metrics" });
    const args = ["--config=/etc/sluice/config.yaml"];
    if (hasSecrets) args.push("--secrets=/etc/sluice/secrets");
    args.push("--drain-timeout=10s", "--metrics-listen=0.0.0.0:8080");
    return {
      name: "fluvio-connector",
      image: made.entry.image,
      imagePullPolicy: "IfNotPresent",
      args,
      ports: [{ name: "metrics", containerPort: 8080, protocol: "TCP" }],
      startupProbe: { httpGet: get("/livez"), periodSeconds: 2, failureThreshold: 30 },
      livenessProbe: { httpGet: get("/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
      readinessProbe: { httpGet: get("/readyz"), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
      volumeMounts: [
        { name: "config", mountPath: "/etc/sluice", readOnly: true },
        { name: "fluvio-config-volume", mountPath: "/home/fluvio/.fluvio", readOnly: true },
        { name: "state", mountPath: "/var/lib/sluice" },
        { name: "tmp", mountPath: "/tmp" },
      ],
    };
  }

  return { yaml, command, manifest, secretsFile, secretName, namesIn, quoted, typeOf };
})();
