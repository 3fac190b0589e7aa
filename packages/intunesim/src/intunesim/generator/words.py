"""The vocabulary of a believable tenant."""

PLACES = (
    "Amsterdam", "Berlin", "Boston", "Chicago", "Dublin", "Geneva", "Hamburg", "Lisbon", "London", "Lyon", "Madrid",
    "Milan", "Munich", "Oslo", "Paris", "Porto", "Prague", "Rotterdam", "Seattle", "Singapore", "Sydney", "Toronto",
    "Utrecht", "Vienna", "Warsaw", "Zurich",
)  # fmt: skip
DEPARTMENTS = (
    "Finance", "HR", "Sales", "Legal", "Engineering", "Production", "Logistics", "Support", "Marketing", "Research",
    "Retail", "Field Service", "Executive Office", "IT", "Purchasing", "Quality",
)  # fmt: skip
AUDIENCES = (
    "", "", "Corporate devices", "Kiosk", "Shared devices", "Pilot ring", "Broad ring", "BYOD", "Executives",
    "Developers", "Front line", "Privileged workstations", "Meeting rooms", "Contractors",
)  # fmt: skip
FIRST_NAMES = (
    "Alice", "Bob", "Charlie", "Dana", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Karin", "Liam", "Mei",
    "Nora", "Omar", "Petra", "Quinn", "Rosa", "Sven", "Tara", "Uwe", "Vera", "Wim", "Ximena", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Andersson", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jansen", "Kowalski",
    "Laurent", "Meyer", "Nowak", "Okafor", "Petersen", "Rossi", "Schmidt", "Tanaka", "Visser", "Weber", "Young",
)  # fmt: skip

CATALOG_TOPICS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    # platform, technologies, topic, ids of settings
    ("windows10", "mdm", "BitLocker", (
        "device_vendor_msft_bitlocker_requiredeviceencryption",
        "device_vendor_msft_bitlocker_allowwarningforotherdiskencryption",
        "device_vendor_msft_bitlocker_configurerecoverypasswordrotation",
        "device_vendor_msft_bitlocker_encryptionmethodbydrivetype",
    )),
    ("windows10", "mdm,microsoftSense", "Defender Antivirus", (
        "device_vendor_msft_policy_config_defender_allowarchivescanning",
        "device_vendor_msft_policy_config_defender_allowbehaviormonitoring",
        "device_vendor_msft_policy_config_defender_allowcloudprotection",
        "device_vendor_msft_policy_config_defender_allowemailscanning",
        "device_vendor_msft_policy_config_defender_allowrealtimemonitoring",
        "device_vendor_msft_policy_config_defender_cloudblocklevel",
        "device_vendor_msft_policy_config_defender_puaprotection",
        "device_vendor_msft_policy_config_defender_enablenetworkprotection",
    )),
    ("windows10", "mdm,microsoftSense", "Attack Surface Reduction", (
        "device_vendor_msft_policy_config_defender_attacksurfacereductionrules",
        "device_vendor_msft_policy_config_defender_enablecontrolledfolderaccess",
    )),
    ("windows10", "mdm,microsoftSense", "Firewall", (
        "vendor_msft_firewall_mdmstore_domainprofile_enablefirewall",
        "vendor_msft_firewall_mdmstore_privateprofile_enablefirewall",
        "vendor_msft_firewall_mdmstore_publicprofile_enablefirewall",
    )),
    ("windows10", "mdm", "Windows Hello for Business", (
        "device_vendor_msft_passportforwork_{tenantid}_policies_usepassportforwork",
        "device_vendor_msft_passportforwork_{tenantid}_policies_requiresecuritydevice",
        "device_vendor_msft_passportforwork_{tenantid}_policies_pincomplexity_minimumpinlength",
    )),
    ("windows10", "mdm", "Edge baseline", (
        "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_browsersignin",
        "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_smartscreenenabled",
        "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_passwordmanagerenabled",
        "device_vendor_msft_policy_config_microsoft_edge~policy~microsoft_edge_syncdisabled",
    )),
    ("windows10", "mdm", "OneDrive known folders", (
        "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_kfmoptinnowizard",
        "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_silentaccountconfig",
        "device_vendor_msft_policy_config_onedrivengscv2~policy~onedrivengsc_filesondemandenabled",
    )),
    ("windows10", "mdm", "Delivery Optimization", (
        "device_vendor_msft_policy_config_deliveryoptimization_dodownloadmode",
        "device_vendor_msft_policy_config_deliveryoptimization_dogroupidsource",
    )),
    ("windows10", "mdm", "Device lock", (
        "device_vendor_msft_policy_config_devicelock_devicepasswordenabled",
        "device_vendor_msft_policy_config_devicelock_mindevicepasswordlength",
        "device_vendor_msft_policy_config_devicelock_maxinactivitytimedevicelock",
    )),
    ("windows10", "mdm", "Local administrators (LAPS)", (
        "device_vendor_msft_laps_policies_backupdirectory",
        "device_vendor_msft_laps_policies_passwordagedays",
        "device_vendor_msft_laps_policies_passwordcomplexity",
    )),
    ("windows10", "mdm", "Microsoft 365 Apps security", (
        "user_vendor_msft_policy_config_excel16v2~policy~l_blockmacroexecutionfrominternet",
        "user_vendor_msft_policy_config_word16v2~policy~l_blockmacroexecutionfrominternet",
        "user_vendor_msft_policy_config_office16v2~policy~l_disabletrustbarnotification",
    )),
    ("windows10", "mdm", "Start menu and taskbar", (
        "device_vendor_msft_policy_config_start_hiderecommendedsection",
        "device_vendor_msft_policy_config_search_configuresearchontaskbarmode",
    )),
    ("windows10", "mdm", "Power management", (
        "device_vendor_msft_policy_config_power_standbytimeoutonbattery",
        "device_vendor_msft_policy_config_power_hibernatetimeoutpluggedin",
    )),
    ("windows10", "mdm", "Windows Update for Business reports", (
        "device_vendor_msft_policy_config_system_allowtelemetry",
        "device_vendor_msft_policy_config_system_configuretelemetryoptinsettingsux",
    )),
    ("windows10", "endpointPrivilegeManagement,mdm", "Endpoint Privilege Management", (
        "device_vendor_msft_policy_privilegemanagement_elevationclientsettings_enableepm",
        "device_vendor_msft_policy_privilegemanagement_elevationclientsettings_defaultelevationresponse",
    )),
    ("macOS", "mdm,appleRemoteManagement", "FileVault", (
        "com.apple.mcx.filevault2_enable",
        "com.apple.mcx.filevault2_defer",
        "com.apple.mcx.filevault2_showrecoverykey",
    )),
    ("macOS", "mdm,appleRemoteManagement", "Software update", (
        "com.apple.softwareupdate_automaticcheckenabled",
        "com.apple.softwareupdate_criticalupdateinstall",
    )),
    ("macOS", "mdm,appleRemoteManagement", "Login window", (
        "com.apple.loginwindow_showfullname",
        "com.apple.loginwindow_disableautologin",
    )),
    ("macOS", "mdm,appleRemoteManagement", "Platform SSO", (
        "com.apple.extensiblesso_extensionidentifier",
        "com.apple.extensiblesso_type",
    )),
    ("iOS", "mdm,appleRemoteManagement", "Restrictions", (
        "com.apple.applicationaccess_allowairdrop",
        "com.apple.applicationaccess_allowcloudbackup",
        "com.apple.applicationaccess_forceencryptedbackup",
    )),
    ("iOS", "mdm,appleRemoteManagement", "Declarative passcode", (
        "ddm-latestpasscode_requirepasscode",
        "ddm-latestpasscode_minimumlength",
    )),
    ("android", "android", "Fully managed restrictions", (
        "android_device_owner_camerablocked",
        "android_device_owner_factoryresetblocked",
    )),
    ("linux", "linuxMdm", "Custom compliance", (
        "linux_customcompliance_required",
    )),
)  # fmt: skip
PLATFORM_PREFIX = {"windows10": "Win", "macOS": "macOS", "iOS": "iOS", "android": "Android", "linux": "Linux"}
