PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('standalone-1');
CREATE TABLE resource (
    kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    json TEXT NOT NULL, folder TEXT NOT NULL, source TEXT NOT NULL, sourceHash TEXT NOT NULL,
    PRIMARY KEY (kind, namespace, name)
);
INSERT INTO resource VALUES('Process','test','podinfo','{"apiVersion":"aviary/v1alpha1","kind":"Process","metadata":{"annotations":{},"labels":{},"name":"podinfo","namespace":"test"},"spec":{"command":["aviary","sample-app","--port","$(PORT)","--app-version","2.0.0"],"configFiles":[],"env":[],"readinessProbe":{"failureThreshold":3,"httpGet":{"path":"/readyz"},"initialDelaySeconds":0,"periodSeconds":1,"successThreshold":1,"timeoutSeconds":1},"replicas":1,"terminationGracePeriodSeconds":5}}','FOLDER','files','h20m299bft');
INSERT INTO resource VALUES('Canary','test','podinfo','{"apiVersion":"flagger.app/v1beta1","kind":"Canary","metadata":{"annotations":{},"labels":{},"name":"podinfo","namespace":"test"},"spec":{"analysis":{"alerts":[],"canaryReadyThreshold":100,"interval":"1s","iterations":0,"match":[],"maxWeight":50,"metrics":[],"mirror":false,"primaryReadyThreshold":100,"stepWeight":25,"stepWeightPromotion":0,"stepWeights":[],"threshold":3,"webhooks":[]},"progressDeadlineSeconds":600,"revertOnDeletion":false,"service":{"delegation":false,"headless":false,"port":19710,"portDiscovery":false,"portName":"http"},"skipAnalysis":false,"suspend":false,"targetRef":{"apiVersion":"aviary/v1alpha1","kind":"Process","name":"podinfo"}}}','FOLDER','files','g42ctffjmp');
CREATE TABLE status (
    namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (namespace, name)
);
INSERT INTO status VALUES('test','podinfo','{"isMatched":false,"isAnalysing":false,"phase":"Succeeded","failedChecks":0,"lastPromoted":{"spec":"99gqv3f17c","configuration":""},"isMirrored":false,"weight":0,"passedHooks":[],"lastTransition":1795631306269,"lastApplied":{"configuration":"","spec":"99gqv3f17c"},"iterations":0}');
CREATE TABLE revision (
    namespace TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL, configuration TEXT NOT NULL,
    json TEXT NOT NULL, seenAt INTEGER NOT NULL,
    PRIMARY KEY (namespace, name, spec, configuration)
);
INSERT INTO revision VALUES('test','podinfo','2sfc0u8flk','','{"workingDirectory":"FOLDER","command":["aviary","sample-app","--port","$(PORT)","--app-version","1.0.0"],"readinessProbe":{"period":[0,1000000000000000000],"timeout":[0,1000000000000000000],"check":{"httpGet":{"path":"\/readyz"}},"failureThreshold":3,"initialDelay":[0,0],"successThreshold":1},"terminationGracePeriod":[0,5000000000000000000],"environment":[]}',1795631297214);
INSERT INTO revision VALUES('test','podinfo','99gqv3f17c','','{"terminationGracePeriod":[0,5000000000000000000],"workingDirectory":"FOLDER","environment":[],"readinessProbe":{"period":[0,1000000000000000000],"timeout":[0,1000000000000000000],"check":{"httpGet":{"path":"\/readyz"}},"failureThreshold":3,"initialDelay":[0,0],"successThreshold":1},"command":["aviary","sample-app","--port","$(PORT)","--app-version","2.0.0"]}',1795631301251);
CREATE TABLE side (
    namespace TEXT NOT NULL, name TEXT NOT NULL, side TEXT NOT NULL,
    spec TEXT NOT NULL, configuration TEXT NOT NULL,
    PRIMARY KEY (namespace, name, side)
);
INSERT INTO side VALUES('test','podinfo','primary','99gqv3f17c','');
CREATE TABLE replica (
    id TEXT PRIMARY KEY, json TEXT NOT NULL
);
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT NOT NULL, name TEXT NOT NULL, time INTEGER NOT NULL, json TEXT NOT NULL
);
INSERT INTO history VALUES(1,'test','podinfo',1795631297217,'{"time":1795631297217,"weight":0,"iterations":0,"phase":"Initializing","checksum":"3tq2uh3r7g","kind":"status","failedChecks":0,"id":0,"canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(2,'test','podinfo',1795631297217,'{"namespace":"test","kind":"event","message":"all the metrics providers are available!","phase":"Initializing","canary":"podinfo","severity":"Normal","reason":"Initializing","checksum":"3tq2uh3r7g","time":1795631297217,"id":0}');
INSERT INTO history VALUES(3,'test','podinfo',1795631297219,'{"iterations":0,"checksum":"3tq2uh3r7g","weight":0,"failedChecks":0,"id":0,"phase":"Initializing","kind":"status","time":1795631297219,"namespace":"test","canary":"podinfo"}');
INSERT INTO history VALUES(4,'test','podinfo',1795631297219,'{"canary":"podinfo","checksum":"3tq2uh3r7g","kind":"event","namespace":"test","time":1795631297219,"id":0,"severity":"Warning","reason":"NotReady","message":"podinfo-primary.test not ready: waiting for rollout to finish: no replicas yet","phase":"Initializing"}');
INSERT INTO history VALUES(5,'test','podinfo',1795631297330,'{"checksum":"3tq2uh3r7g","reason":"Initializing","id":0,"phase":"Initializing","kind":"event","time":1795631297330,"namespace":"test","severity":"Normal","canary":"podinfo","message":"all the metrics providers are available!"}');
INSERT INTO history VALUES(6,'test','podinfo',1795631297331,'{"time":1795631297331,"weight":0,"iterations":0,"phase":"Initialized","checksum":"3tq2uh3r7g","kind":"status","failedChecks":0,"id":0,"canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(7,'test','podinfo',1795631297331,'{"namespace":"test","kind":"event","message":"Initialization done! podinfo.test","phase":"Initialized","canary":"podinfo","severity":"Normal","reason":"Initialized","checksum":"3tq2uh3r7g","time":1795631297331,"id":0}');
INSERT INTO history VALUES(8,'test','podinfo',1795631297331,'{"time":1795631297331,"phase":"Initialized","checksum":"3tq2uh3r7g","kind":"alert","message":"New Process detected, initialization completed.","id":0,"severity":"info","canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(9,'test','podinfo',1795631301252,'{"failedChecks":0,"canary":"podinfo","checksum":"o1armdpp2b","kind":"status","namespace":"test","time":1795631301252,"id":0,"weight":0,"iterations":0,"phase":"Progressing"}');
INSERT INTO history VALUES(10,'test','podinfo',1795631301252,'{"time":1795631301252,"reason":"NewRevision","phase":"Progressing","checksum":"o1armdpp2b","kind":"event","message":"New revision detected! Scaling up podinfo.test","id":0,"severity":"Normal","canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(11,'test','podinfo',1795631301252,'{"phase":"Progressing","kind":"alert","namespace":"test","severity":"info","message":"New revision detected, progressing canary analysis.","id":0,"time":1795631301252,"canary":"podinfo","checksum":"o1armdpp2b"}');
INSERT INTO history VALUES(12,'test','podinfo',1795631302254,'{"kind":"event","id":0,"namespace":"test","severity":"Normal","canary":"podinfo","reason":"AnalysisStarted","message":"Starting canary analysis for podinfo.test","time":1795631302254,"phase":"Progressing","checksum":"o1armdpp2b"}');
INSERT INTO history VALUES(13,'test','podinfo',1795631302255,'{"canary":"podinfo","id":0,"kind":"status","failedChecks":0,"weight":25,"checksum":"o1armdpp2b","iterations":0,"time":1795631302255,"phase":"Progressing","namespace":"test"}');
INSERT INTO history VALUES(14,'test','podinfo',1795631302255,'{"time":1795631302255,"reason":"Advanced","phase":"Progressing","checksum":"o1armdpp2b","kind":"event","message":"Advance podinfo.test canary weight 25","id":0,"severity":"Normal","canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(15,'test','podinfo',1795631303256,'{"canary":"podinfo","id":0,"kind":"status","failedChecks":0,"weight":50,"checksum":"o1armdpp2b","iterations":0,"time":1795631303256,"phase":"Progressing","namespace":"test"}');
INSERT INTO history VALUES(16,'test','podinfo',1795631303256,'{"time":1795631303256,"reason":"Advanced","phase":"Progressing","checksum":"o1armdpp2b","kind":"event","message":"Advance podinfo.test canary weight 50","id":0,"severity":"Normal","canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(17,'test','podinfo',1795631304258,'{"canary":"podinfo","id":0,"kind":"event","reason":"Promoting","checksum":"o1armdpp2b","time":1795631304258,"phase":"Progressing","namespace":"test","severity":"Normal","message":"Copying podinfo.test template spec to podinfo-primary.test"}');
INSERT INTO history VALUES(18,'test','podinfo',1795631304259,'{"failedChecks":0,"phase":"Promoting","kind":"status","namespace":"test","weight":50,"id":0,"time":1795631304259,"canary":"podinfo","iterations":0,"checksum":"o1armdpp2b"}');
INSERT INTO history VALUES(19,'test','podinfo',1795631305267,'{"checksum":"o1armdpp2b","reason":"Advanced","id":0,"phase":"Promoting","kind":"event","time":1795631305267,"namespace":"test","severity":"Normal","canary":"podinfo","message":"Routing all traffic to primary"}');
INSERT INTO history VALUES(20,'test','podinfo',1795631305268,'{"time":1795631305268,"weight":0,"iterations":0,"phase":"Finalising","checksum":"o1armdpp2b","kind":"status","failedChecks":0,"id":0,"canary":"podinfo","namespace":"test"}');
INSERT INTO history VALUES(21,'test','podinfo',1795631306270,'{"kind":"status","id":0,"namespace":"test","weight":0,"canary":"podinfo","failedChecks":0,"iterations":0,"time":1795631306270,"phase":"Succeeded","checksum":"o1armdpp2b"}');
INSERT INTO history VALUES(22,'test','podinfo',1795631306270,'{"phase":"Succeeded","kind":"event","namespace":"test","severity":"Normal","message":"Promotion completed! Scaling down podinfo.test","id":0,"time":1795631306270,"canary":"podinfo","checksum":"o1armdpp2b","reason":"Promoted"}');
INSERT INTO history VALUES(23,'test','podinfo',1795631306270,'{"kind":"alert","id":0,"namespace":"test","severity":"info","canary":"podinfo","message":"Canary analysis completed successfully, promotion finished.","time":1795631306270,"phase":"Succeeded","checksum":"o1armdpp2b"}');
INSERT INTO history VALUES(24,'test','podinfo',1795631306271,'{"failedChecks":0,"phase":"Succeeded","kind":"status","namespace":"test","weight":0,"id":0,"time":1795631306271,"canary":"podinfo","iterations":0,"checksum":"o1armdpp2b"}');
CREATE TABLE gate_schema (version INTEGER NOT NULL);
INSERT INTO gate_schema VALUES(1);
CREATE TABLE gate_approval (
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    gate TEXT NOT NULL,
    actor TEXT NOT NULL,
    checksum TEXT NOT NULL,
    approved_at REAL NOT NULL,
    reason TEXT NOT NULL,
    opens_at REAL,
    closes_at REAL,
    PRIMARY KEY (kind, namespace, name, gate, actor, checksum)
) WITHOUT ROWID;
CREATE TABLE gate_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    changed_at REAL NOT NULL,
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    gate TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    checksum TEXT NOT NULL
);
CREATE INDEX historyByCanary ON history (namespace, name, id);
CREATE INDEX gate_change_by_gate ON gate_change (namespace, name, kind, gate, id);
COMMIT;
